"""Label Studio's JSON: tasks with one annotation per standing decision; and decisions out of such a file.

The labelling interface it fits is ``interface``. What Label Studio has no place for (run, mode, card ...) travels in
the ``meta`` of the verdict's region, so a file of ours gives the same decisions back; a file annotated in Label Studio
gives decisions whose ids are made from its own.
"""

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from xml.sax.saxutils import quoteattr

from cleaning.domain import verdicts
from cleaning.domain.verdicts import KEEP, check_labels, verdict_for_picked
from cleaning.errors import InputError, counted, first_five
from cleaning.export.formats.decision_log import decoded, is_sound
from cleaning.export.handover import Handover, letter_of
from cleaning.keep.decisions import Decision

_META = "second_opinion"
UPLOAD_PREFIX = re.compile(r"[0-9a-f]{8}-")  # Label Studio puts it before the name of an uploaded file


def interface(handover: Handover) -> bytes:
    """The labelling interface (XML) whose choices are the dataset's classes and our verdicts."""
    dataset = handover.dataset
    shown = [f'  <{"Image" if c == "image" else "Text"} name="{c}" value="${c}"/>' for c in _shown(dataset)]
    if "choices" in dataset.samples:
        shown.append('  <Text name="options" value="$options"/>')
    to = f'toName="{_to_name(dataset)}"'
    lines = [
        "<View>",
        *shown,
        *_choices("label", to, "multiple", dataset.class_names),
        *_choices("verdict", to, "single", [v.name for v in verdicts.VERDICTS if v.judges]),
        f'  <TextArea name="note" {to}/>',
        "</View>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _choices(name: str, to: str, how: str, values: Sequence[str]) -> list[str]:
    inner = [f"    <Choice value={quoteattr(value)}/>" for value in values]
    return [f'  <Choices name="{name}" {to} choice="{how}">', *inner, "  </Choices>"]


def _shown(dataset) -> list[str]:
    return [c for c in ("image", "question") if c in dataset.samples] or ["sample_id"]


def _to_name(dataset) -> str:
    return _shown(dataset)[0]


def label_studio_tasks(handover: Handover) -> bytes:
    """JSON list of tasks, one per decided sample, with the reviewers' standing decisions as annotations."""
    return write_tasks(handover.dataset, handover.final.votes, handover.workspace.id)


def write_tasks(dataset, votes: dict[str, list[Decision]], fingerprint: str) -> bytes:
    """As above from the standing votes by sample id. Reviewers are numbered by name; the names stay in ``meta``."""
    rows = {sample: i for i, sample in enumerate(dataset.sample_ids)}
    reviewers = sorted({v.reviewer for said in votes.values() for v in said})
    numbers = {reviewer: i for i, reviewer in enumerate(reviewers, 1)}
    tasks = []
    for task, sample in enumerate(sorted(votes, key=rows.__getitem__), 1):
        data = _task_data(dataset, rows[sample]) | {"dataset_fingerprint": fingerprint}
        annotations = [_annotation(v, dataset, numbers[v.reviewer]) for v in votes[sample]]
        tasks.append({"id": task, "data": data, "annotations": annotations, "predictions": []})
    return (json.dumps(tasks, indent=1, ensure_ascii=False) + "\n").encode()


def _task_data(dataset, row: int) -> dict:
    samples, given = dataset.samples, int(dataset.given_labels[row])
    data = {"sample_id": str(dataset.sample_ids[row]), "given_label": dataset.class_names[given]}
    data |= {c: str(samples[c].iloc[row]) for c in ("image", "question") if c in samples}
    if "choices" in samples:
        data["choices"] = [str(o) for o in samples["choices"].iloc[row]]
        data["options"] = "\n".join(f"{letter_of(i)}: {option}" for i, option in enumerate(data["choices"]))
    return data


def _annotation(vote: Decision, dataset, reviewer: int) -> dict:
    kept = asdict(vote) | {"labels": list(vote.labels)}
    to = _to_name(dataset)
    result = [_region("verdict", to, "choices", [vote.verdict]) | {"meta": {_META: kept}}]
    if vote.labels:
        result.append(_region("label", to, "choices", [dataset.class_names[k] for k in vote.labels]))
    if vote.note:
        result.append(_region("note", to, "textarea", [vote.note]))
    return {
        "unique_id": vote.uuid,
        "completed_by": reviewer,
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": vote.decided_at,
        "lead_time": vote.seconds,
    }


def _region(name: str, to: str, kind: str, values: list[str]) -> dict:
    value = {"text" if kind == "textarea" else "choices": values}
    return {"from_name": name, "to_name": to, "type": kind, "value": value}


def read_tasks(data: bytes, dataset, run_id: str = "") -> list[Decision]:
    """The decisions in a Label Studio JSON export, in the order of their times.

    Tasks are joined by ``data.sample_id``, else ``data.id``, else the name of the picture's file. Annotations made in
    Label Studio need a ``label`` choice with class names (letters for questions), a ``verdict`` choice, or both; one
    choice of another name counts as the label. Cancelled and empty ones are left out. Raises InputError naming the
    first five tasks that cannot be read.
    """
    try:
        tasks = json.loads(decoded(data, "Label Studio file"))
        assert isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)
    except (ValueError, AssertionError, RecursionError):
        raise InputError("This is no Label Studio JSON export: expected a list of tasks.") from None
    given = dict(zip(map(str, dataset.sample_ids), dataset.given_labels.tolist()))
    codes = {name: code for code, name in enumerate(dataset.class_names)}
    found, bad = [], []
    for task in tasks:
        try:
            found += [d for a in task["annotations"] if (d := _decision_of_annotation(a, task, given, codes, run_id))]
        except (InputError, KeyError, TypeError, ValueError, AttributeError, IndexError):
            bad.append(task.get("id", "?"))
    if bad:
        raise InputError(
            f"{counted(len(bad), 'task')} of the Label Studio file not fitting this dataset: {first_five(bad)}. "
            "Each needs data.sample_id or a picture named as a sample, and annotations whose choices are classes or "
            "verdicts. Export as JSON, not JSON-MIN."
        )
    return sorted(found, key=lambda d: (d.seq, d.decided_at))


def unanswered(data: bytes) -> list[str]:
    """Numbers of the tasks in a Label Studio export that were submitted without a choice."""
    tasks = json.loads(data)
    return [str(task.get("id", "?")) for task in tasks if any(_is_empty(a) for a in task.get("annotations") or ())]


def _is_empty(annotation: object) -> bool:
    return isinstance(annotation, dict) and annotation.get("result") == [] and not annotation.get("was_cancelled")


def _decision_of_annotation(annotation: dict, task: dict, given: dict, codes: dict, run_id: str) -> Decision | None:
    if annotation.get("was_cancelled") or not annotation["result"]:
        return None
    sample = _sample(task["data"], given)
    kept = next((r["meta"][_META] for r in annotation["result"] if _META in (r.get("meta") or {})), None)
    if kept is None:
        kept = _made_there(annotation, task, given[sample], codes, run_id)
    values = kept | {"sample_id": sample}
    if not is_sound(values):
        raise ValueError(sample)
    check_labels(values["verdict"], values["labels"], given[sample], len(codes))
    return Decision(**(values | {"labels": tuple(values["labels"])}))


def _sample(data: dict, given: dict) -> str:
    """The sample a task is about. Raises KeyError where it is none of this dataset's."""
    names = [str(data[key]) for key in ("sample_id", "id") if key in data][:1]
    if "sample_id" not in data:
        picture = re.split(r"[/\\=]", str(data.get("image", "")))[-1]
        files = (picture, UPLOAD_PREFIX.sub("", picture))
        names += [*files, *(name.rsplit(".", 1)[0] for name in files)]
    found = next((name for name in names if name in given), None)
    if found is None:
        raise KeyError(*names[:1])
    return found


def _made_there(annotation: dict, task: dict, given: int, codes: dict, run_id: str) -> dict:
    """The fields of a decision made in Label Studio itself."""
    verdict, labels = _said_there(annotation, given, codes)
    who = annotation.get("completed_by", "")
    who = who.get("email") or who.get("id") if isinstance(who, dict) else who
    own = f"label-studio {task.get('id')} {annotation.get('id')} {annotation.get('unique_id')}"
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, own)),
        "run_id": run_id,
        "reviewer": f"label-studio-{who}",
        "verdict": verdict,
        "labels": labels,
        "note": " ".join(_chosen(annotation, "note", "text")),
        "seconds": float(annotation.get("lead_time") or 0),
        "mode": "open",
        "card": "suspicious",
        "decided_at": str(annotation.get("created_at") or ""),
    }


def _said_there(annotation: dict, given: int, codes: dict) -> tuple[str, list[int]]:
    """(verdict, labels) of the choices made; ValueError where there are none."""
    picked = [codes[name] for name in _chosen(annotation, _label_control(annotation))]
    said = (_chosen(annotation, "verdict") or [""])[0]
    if said == KEEP and not picked:
        return KEEP, [given]
    if not picked and not said:
        raise ValueError("nothing chosen")
    return said or verdict_for_picked(picked, given), picked


def _label_control(annotation: dict) -> str:
    """The control in which classes are chosen: ``label``, else the only one beside ``verdict``."""
    controls = {r["from_name"] for r in annotation["result"] if r["type"] == "choices"} - {"verdict"}
    return controls.pop() if len(controls) == 1 else "label"


def _chosen(annotation: dict, name: str, field: str = "choices") -> list[str]:
    return [str(v) for r in annotation["result"] if r["from_name"] == name for v in r["value"][field]]
