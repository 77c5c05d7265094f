"""Decisions out of Label Studio's exports: JSON, and the flat rows of JSON-MIN and CSV.

An annotation that still says what we wrote is the decision that we wrote, whoever imported it there. One that was
changed there says what it says now, at the time of the change, for the reviewer whose annotation it is. One made there
is a decision of its user.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from cleaning.domain import verdicts
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.verdicts import KEEP, check_labels, verdict_for_picked
from cleaning.errors import InputError
from cleaning.export.formats.decision_log import decoded, is_sound
from cleaning.export.formats.given_out import GIVEN, HELD, MADE_ON, SameSamples
from cleaning.export.formats.label_studio import META, NAMES
from cleaning.export.incoming import Again, Incoming, LeftOut, refuse_if_nothing, uuid_there
from cleaning.keep.decisions import Decision

UPLOAD_PREFIX = re.compile(r"[0-9a-f]{8}-")  # Label Studio puts it before the name of an uploaded file
WHAT = "Label Studio file"
NEEDED = (
    "Each task needs data.sample_id or a picture named as a sample, and annotations whose choices are classes or "
    "verdicts."
)
ROW_FIELDS = frozenset({"annotation_id", "annotator", "lead_time"})  # of every row of JSON-MIN and CSV
CONTROLS = {  # of our interface: {name: (type, where its values stand)}
    "label": ("choices", "choices"),
    "verdict": ("choices", "choices"),
    "note": ("textarea", "text"),
    META: ("textarea", "text"),
}
NAMED = {v.words: v.name for v in verdicts.VERDICTS if v.judges}  # in words, as the interface shows them
NO_ANNOTATION = "it is no annotation as Label Studio writes them"


def read_tasks(data: bytes, dataset, run_id: str = "", fingerprint: str = "") -> Incoming:
    """The decisions in a Label Studio export (JSON or JSON-MIN), and the tasks that cannot be read, each with why.

    Tasks are joined by ``data.sample_id``, else ``data.id``, else the name of the picture's file. Annotations made in
    Label Studio need a ``label`` choice with class names (letters for questions), a ``verdict`` choice, or both; one
    choice of another name counts as the label. Cancelled ones are skipped. fingerprint: of this version of the dataset,
    if not the dataset's own: tasks that we made of another version have to hold what the sample holds here. Raises
    InputError where nothing can be read.
    """
    try:
        tasks = json.loads(decoded(data, WHAT))
        assert isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)
    except (ValueError, AssertionError, RecursionError):
        raise InputError("This is no Label Studio JSON export: expected a list of tasks.") from None
    if tasks and is_row(tasks[0]):
        return read_rows(tasks, dataset, run_id, fingerprint)
    return _Reader(dataset, run_id, fingerprint).read(tasks)


def is_row(task: dict) -> bool:
    """Whether a task is written flat, as JSON-MIN and CSV do."""
    return task.keys() >= ROW_FIELDS and "annotations" not in task


def read_rows(rows: Iterable[dict], dataset, run_id: str = "", fingerprint: str = "") -> Incoming:
    """The decisions in the rows of JSON-MIN or CSV (lists as JSON); of a project whose interface has no place for what
    we had written they tell the user alone."""
    annotated = [row for row in rows if row.get("annotation_id")]  # the others nobody has annotated
    incoming = _Reader(dataset, run_id, fingerprint).read([_task_of_row(row) for row in annotated])
    return replace(incoming, authors_lost=not any(row.get(META) for row in annotated))


def _task_of_row(row: dict) -> dict:
    """A row as the task and the one annotation that it stands for."""
    chosen = {name: _listed(row[name], name == META) for name in CONTROLS if row.get(name)}
    result = [
        {"from_name": name, "type": CONTROLS[name][0], "value": {CONTROLS[name][1]: values}}
        for name, values in chosen.items()
        if values
    ]
    told = ("sample_id", "image", MADE_ON, GIVEN, *HELD.values())
    data = {name: row[name] for name in told if row.get(name)}
    annotation = {name: row.get(name) for name in ("lead_time", "created_at", "updated_at")}
    annotation |= {"id": row.get("annotation_id"), "completed_by": row.get("annotator"), "result": result}
    return {"id": row.get("id", "?"), "data": data, "annotations": [annotation]}


def _listed(value: object, is_json: bool = False) -> list[str]:
    """The choices of a cell: one text, a list, or ``{"choices": [...]}`` (in CSV as JSON). is_json: the text itself is
    JSON, and is not opened."""
    if isinstance(value, str) and value[:1] in ("[", "{") and not is_json:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [str(value)]
    if isinstance(value, dict):
        value = value.get("choices", value.get("text", []))
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


class _Reader:
    """Tasks against one dataset."""

    def __init__(self, dataset, run_id: str, fingerprint: str = "") -> None:
        self.same = SameSamples(dataset, fingerprint)
        self.given = dict(zip(map(str, dataset.sample_ids), dataset.given_labels.tolist()))
        self.codes = {name: code for code, name in enumerate(dataset.class_names)}
        self.run_id, self.again = run_id, dict[str, Again]()

    def read(self, tasks: Sequence[dict]) -> Incoming:
        found: list[Decision] = []
        left_out: list[LeftOut] = []
        for task in tasks:
            annotations = task.get("annotations")
            if not isinstance(annotations, list):
                left_out.append(_named(task, "it has no annotations"))
                continue
            for annotation in annotations:
                self._read_one(annotation, task, found.append, left_out.append)
        ordered = sorted(found, key=lambda d: (d.seq, d.decided_at))
        return refuse_if_nothing(Incoming(tuple(ordered), tuple(left_out), again=self.again), WHAT, NEEDED)

    def _read_one(self, annotation: object, task: dict, found: Callable, left_out: Callable) -> None:
        try:
            decision = self._decision(annotation, task)
        except InputError as error:
            left_out(_named(task, str(error).rstrip(".")))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            left_out(_named(task, NO_ANNOTATION))
        else:
            if decision is not None:
                found(decision)

    def _decision(self, annotation: dict, task: dict) -> Decision | None:
        if annotation.get("was_cancelled"):
            return None
        sample = self._sample(task["data"])
        self.same.check(task["data"], sample)
        verdict, labels = self._said(annotation, self.given[sample])
        check_labels(verdict, labels, self.given[sample], len(self.codes))
        note = " ".join(_chosen(annotation, "note", "text"))
        kept, there = _kept(annotation), _made_there(annotation, task, verdict, labels, note)
        if kept is None:
            return self._whole(there | {"run_id": self.run_id}, task, sample)
        kept = self._as_numbered_here(kept)
        changed = self._whole(kept | there | {"reviewer": kept["reviewer"]}, task, sample)
        if not _still_says(kept, verdict, labels, note):
            return changed
        decision = self._whole(dict(kept), task, sample)
        self.again[decision.uuid] = Again(_own(annotation, task), changed)
        return decision

    def _whole(self, values: dict, task: dict, sample: str) -> Decision:
        """The decision of these fields. Raises ValueError where they are no decision's."""
        values |= {"sample_id": sample, "version": values.get("version") or self.same.other_version(task["data"])}
        if not is_sound(values):
            raise ValueError(sample)
        return Decision(**(values | {"labels": tuple(values["labels"])}))

    def _as_numbered_here(self, kept: dict) -> dict:
        """What we wrote, its labels with the numbers that their names have in this version of the dataset."""
        names = kept.get(NAMES)
        codes = {} if names is None else {"labels": [self.codes.get(name, ABSTAIN) for name in names]}
        return {name: value for name, value in kept.items() if name != NAMES} | codes

    def _sample(self, data: dict) -> str:
        """The sample a task is about. Raises InputError where it is none of this dataset's."""
        names = [str(data[key]) for key in ("sample_id", "id") if key in data][:1]
        if "sample_id" not in data:
            picture = re.split(r"[/\\=]", str(data.get("image", "")))[-1]
            files = (picture, UPLOAD_PREFIX.sub("", picture))
            names += [*files, *(name.rsplit(".", 1)[0] for name in files)]
        found = next((name for name in names if name in self.given), None)
        if found is None:
            raise InputError(f"'{next(filter(None, names), '')[:60]}' is no sample of this dataset")
        return found

    def _said(self, annotation: dict, given: int) -> tuple[str, list[int]]:
        """(verdict, labels) of the choices made. Raises InputError where there are none, or none of ours."""
        names = _chosen(annotation, _label_control(annotation))
        strange = [name for name in names if name not in self.codes]
        if strange:
            raise InputError(f"'{strange[0][:60]}' is no class of this dataset")
        picked = [self.codes[name] for name in names]
        said = (_chosen(annotation, "verdict") or [""])[0]
        said = NAMED.get(said, said)
        if said == KEEP and not picked:
            return KEEP, [given]
        if not picked and not said:
            raise InputError("submitted without a label or a verdict")
        return said or verdict_for_picked(picked, given), picked


def _named(task: dict, why: str) -> LeftOut:
    return LeftOut(f"task {task.get('id', '?')}", why)


def _kept(annotation: dict) -> dict | None:
    """What we wrote of a decision: in a text that is not shown there, in earlier files beside a region."""
    written = _chosen(annotation, META, "text")
    if written:
        return dict(json.loads(written[0]))
    return next((r["meta"][META] for r in annotation["result"] if META in (r.get("meta") or {})), None)


def _still_says(kept: dict, verdict: str, labels: list[int], note: str) -> bool:
    """Whether what we wrote is what the annotation says; Label Studio orders choices as its interface does."""
    before = kept.get("verdict"), sorted(kept.get("labels", ())), str(kept.get("note", "")).strip()
    return before == (verdict, sorted(labels), note.strip())


def _made_there(annotation: dict, task: dict, verdict: str, labels: list[int], note: str) -> dict:
    """The fields of a decision made, or changed, in Label Studio itself. Its uuid holds what is said and when."""
    who = annotation.get("completed_by", "")
    who = who.get("email") or who.get("id") if isinstance(who, dict) else who
    at = str(annotation.get("updated_at") or annotation.get("created_at") or "")
    return {
        "uuid": uuid_there(_own(annotation, task), verdict, labels, note, at),
        "reviewer": f"label-studio-{who}",
        "verdict": verdict,
        "labels": labels,
        "note": note,
        "seconds": float(annotation.get("lead_time") or 0),
        "mode": "open",
        "card": "suspicious",
        "decided_at": at,
    }


def _own(annotation: dict, task: dict) -> str:
    return f"label-studio {task.get('id')} {annotation.get('id')} {annotation.get('unique_id')}"


def _label_control(annotation: dict) -> str:
    """The control in which classes are chosen: ``label``, else the only one beside ``verdict``."""
    controls = {r["from_name"] for r in annotation["result"] if r["type"] == "choices"} - {"verdict"}
    return controls.pop() if len(controls) == 1 else "label"


def _chosen(annotation: dict, name: str, field: str = "choices") -> list[str]:
    return [str(v) for r in annotation["result"] if r["from_name"] == name for v in r["value"][field]]
