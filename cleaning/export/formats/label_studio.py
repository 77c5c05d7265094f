"""Label Studio's tasks, one per flagged or decided sample, and the labelling interface that they fit.

The suggested label goes in as a prediction, each standing decision as an annotation. What Label Studio has no place
for (who decided, in which run, how the card was shown) travels in a text of the annotation that nobody sees there, and
that no click can take away, so that a file of ours gives the same decisions back. No user is named: the server knows
only its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from xml.sax.saxutils import quoteattr

import numpy as np

from cleaning.domain import verdicts
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.given_out import GIVEN, columns_shown, rows_given_out, told_unread_as_json
from cleaning.export.formats.json_values import ENCODE, json_texts
from cleaning.export.formats.row_texts import Coded, Each, Piece, in_blocks, rows_as_text
from cleaning.export.formats.table_texts import json_list_of, json_object, json_of, json_pieces
from cleaning.export.handover import Handover, letter_of
from cleaning.keep.decisions import Decision

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


def label_studio_tasks(handover: Handover) -> Iterable[bytes]:
    """JSON list of tasks, one per flagged or decided sample, the most suspicious first."""
    ids, votes, ordered = handover.dataset.sample_ids, handover.final.votes, rows_given_out(handover)
    suspicion, other = handover.scores["suspicion"].to_numpy()[ordered], handover.suggested[ordered]
    told = zip(ordered.tolist(), other.tolist(), suspicion.tolist())
    suggested = {row: (code, score) for row, code, score in told if code >= 0}
    said = {row: votes.get(sample, []) for row, sample in zip(ordered.tolist(), ids[ordered].tolist())}
    return tasks_in_blocks(handover.dataset, said, handover.workspace.id, handover.options, suggested, handover.run.id)


def tasks_in_blocks(
    dataset,
    votes: Mapping[int, Sequence[Decision]],
    fingerprint: str,
    options: ExportOptions,
    suggested: Mapping[int, tuple[int, float]],
    run_id: str,
) -> Iterable[bytes]:
    """As above from the standing votes by row, one task a line. suggested: {row: (class code, suspicion)}."""
    rows, said = list(votes), list(votes.values())
    *data, end = json_object(_task_data(dataset, np.array(rows, np.int64), options))
    task: dict[str, list[Piece]] = {
        "id": [Each(range(1, len(rows) + 1), json_texts)],
        "data": [*data, ", ", told_unread_as_json(dataset, np.array(rows, np.int64), fingerprint), end],
        "annotations": [Each(said, lambda some: [_annotations(one, dataset) for one in some])],
        "predictions": [Each(rows, _predictions(dataset, suggested, run_id))],
    }
    return in_blocks(json_list_of(rows_as_text([",\n", *json_object(task)], len(rows))))


def _task_data(dataset, rows: np.ndarray, options: ExportOptions) -> dict[str, list[Piece]]:
    """What there is to look at of these samples, as JSON."""
    shown = {
        n: dataset.samples[n].iloc[rows].tolist() for n in ("image", "question", "choices") if n in dataset.samples
    }
    data: dict[str, list[Piece]] = {"sample_id": [Each(dataset.sample_ids[rows], json_of)]}
    if options.show_given:
        data[GIVEN] = json_pieces(Coded(dataset.given_labels[rows], dataset.class_names))
    if "image" in shown:
        data["image"] = [Each([options.address(str(one)) for one in shown["image"]], json_of)]
    if "question" in shown:
        data["question"] = [Each(list(map(str, shown["question"])), json_of)]
    if "choices" in shown:
        choices = [[str(option) for option in one] for one in shown["choices"]]
        data["choices"] = [Each(choices, json_texts)]
        data["options"] = [Each(choices, lambda some: json_of(list(map(_options, some))))]
    return data


def _options(choices: list[str]) -> str:
    return "\n".join(f"{letter_of(i)}: {option}" for i, option in enumerate(choices))


def _predictions(dataset, suggested: Mapping[int, tuple[int, float]], run_id: str) -> Callable[[list[int]], list[str]]:
    """What writes of rows the suggested label as a pre-annotation; its score is the suspicion, by which tasks can be
    sorted there."""
    to = _to_name(dataset)
    before = f'[{{"model_version": {ENCODE(f"second-opinion {run_id}")}, "score": '
    after = [f', "result": {ENCODE([_region("label", to, "choices", [name])])}}}]' for name in dataset.class_names]

    def written(rows: list[int]) -> list[str]:
        told = [suggested.get(row) for row in rows]
        scores = json_texts([None if one is None else round(one[1], 6) for one in told])
        return ["[]" if one is None else f"{before}{score}{after[one[0]]}" for one, score in zip(told, scores)]

    return written


def _annotations(said: Sequence[Decision], dataset) -> str:
    return ENCODE([_annotation(vote, dataset) for vote in said]) if said else "[]"


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
