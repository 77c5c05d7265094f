"""Label Studio's tasks, one per flagged or decided sample, and the labelling interface that they fit.

The suggested label goes in as a prediction, each standing decision as an annotation. What Label Studio has no place
for (who decided, in which run, how the card was shown) travels in a text of the annotation that nobody sees there, and
that no click can take away, so that a file of ours gives the same decisions back. No user is named: the server knows
only its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from xml.sax.saxutils import quoteattr

from cleaning.domain import verdicts
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.corrected import ENCODE, as_json_list
from cleaning.export.formats.given_out import GIVEN, columns_shown, rows_given_out, told_unread
from cleaning.export.handover import Handover, letter_of
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.contents import Contents

META = "second_opinion"
NAMES = "label_names"


def interface(handover: Handover) -> bytes:
    """The labelling interface (XML) whose choices are the dataset's classes and our verdicts, in words."""
    dataset = handover.dataset
    shown = [f'  <{"Image" if c == "image" else "Text"} name="{c}" value="${c}"/>' for c in columns_shown(dataset)]
    if "choices" in dataset.samples:
        shown.append('  <Text name="options" value="$options"/>')
    if handover.options.show_given:
        shown.append(f'  <Header value="Given label: ${GIVEN}"/>')
    to = f'toName="{_to_name(dataset)}"'
    scheme = (v for v in verdicts.VERDICTS if dataset.open_answers or v.name not in verdicts.OF_OPEN_ANSWERS)
    said = {v.words: v.name for v in scheme if v.judges}
    lines = [
        "<View>",
        *shown,
        '  <Header value="Which labels fit?"/>',
        *_choices("label", to, "multiple", dict.fromkeys(dataset.class_names)),
        '  <Header value="Or what is wrong with it?"/>',
        *_choices("verdict", to, "single", said),
        f'  <TextArea name="note" {to} placeholder="Note"/>',
        f'  <View style="display: none"><TextArea name="{META}" {to}/></View>',
        "</View>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _choices(name: str, to: str, how: str, values: Mapping[str, str | None]) -> list[str]:
    """values: {as shown: as stored, or None where that is the same}."""
    stored = {shown: f" alias={quoteattr(alias)}" if alias else "" for shown, alias in values.items()}
    inner = [f"    <Choice value={quoteattr(shown)}{alias}/>" for shown, alias in stored.items()]
    return [f'  <Choices name="{name}" {to} choice="{how}">', *inner, "  </Choices>"]


def _to_name(dataset) -> str:
    return columns_shown(dataset)[0]


def label_studio_tasks(handover: Handover) -> bytes:
    """JSON list of tasks, one per flagged or decided sample, the most suspicious first."""
    ids, votes, ordered = handover.dataset.sample_ids, handover.final.votes, rows_given_out(handover)
    suspicion, other = handover.scores["suspicion"].to_numpy(), handover.suggested
    suggested = {row: (int(other[row]), float(suspicion[row])) for row in ordered if other[row] >= 0}
    said = {row: votes.get(str(ids[row]), []) for row in ordered}
    return write_tasks(handover.dataset, said, handover.workspace.id, handover.options, suggested, handover.run.id)


def write_tasks(
    dataset,
    votes: Mapping[int, Sequence[Decision]],
    fingerprint: str,
    options: ExportOptions,
    suggested: Mapping[int, tuple[int, float]],
    run_id: str,
) -> bytes:
    """As above from the standing votes by row, one task a line. suggested: {row: (class code, suspicion)}."""
    contents, shown = Contents(dataset), _shown(dataset, list(votes))

    def tasks() -> Iterator[dict]:
        for number, ((row, said), sample) in enumerate(zip(votes.items(), shown, strict=True), 1):
            data = _task_data(dataset, row, sample, options) | told_unread(contents.of(row), fingerprint)
            annotations = [_annotation(vote, dataset) for vote in said]
            predictions = [_prediction(dataset, *suggested[row], run_id)] if row in suggested else []
            yield {"id": number, "data": data, "annotations": annotations, "predictions": predictions}

    return as_json_list(tasks())


def _shown(dataset, rows: list[int]) -> list[dict]:
    """What there is to look at of these samples."""
    columns = {
        n: dataset.samples[n].iloc[rows].tolist() for n in ("image", "question", "choices") if n in dataset.samples
    }
    return [{name: values[place] for name, values in columns.items()} for place in range(len(rows))]


def _task_data(dataset, row: int, sample: dict, options: ExportOptions) -> dict:
    data: dict[str, object] = {"sample_id": str(dataset.sample_ids[row])}
    if options.show_given:
        data[GIVEN] = dataset.class_names[int(dataset.given_labels[row])]
    if "image" in sample:
        data["image"] = options.address(str(sample["image"]))
    if "question" in sample:
        data["question"] = str(sample["question"])
    if "choices" in sample:
        data["choices"] = choices = [str(o) for o in sample["choices"]]
        data["options"] = "\n".join(f"{letter_of(i)}: {option}" for i, option in enumerate(choices))
    return data


def _prediction(dataset, suggested: int, suspicion: float, run_id: str) -> dict:
    """The suggested label as a pre-annotation; its score is the suspicion, by which tasks can be sorted there."""
    region = _region("label", _to_name(dataset), "choices", [dataset.class_names[suggested]])
    return {"model_version": f"second-opinion {run_id}", "score": round(suspicion, 6), "result": [region]}


def _annotation(vote: Decision, dataset) -> dict:
    names = [dataset.class_names[k] for k in vote.labels]
    kept = asdict(vote) | {"labels": list(vote.labels), NAMES: names}
    to = _to_name(dataset)
    result = [_region("verdict", to, "choices", [vote.verdict])]
    if vote.labels:
        result.append(_region("label", to, "choices", names))
    if vote.note:
        result.append(_region("note", to, "textarea", [vote.note]))
    result.append(_region(META, to, "textarea", [ENCODE(kept)]))
    return {
        "unique_id": vote.uuid,
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": vote.decided_at,
        "lead_time": vote.seconds,
    }


def _region(name: str, to: str, kind: str, values: list[str]) -> dict:
    value = {"text" if kind == "textarea" else "choices": values}
    return {"from_name": name, "to_name": to, "type": kind, "value": value}
