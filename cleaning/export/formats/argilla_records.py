"""Argilla's JSON: a list of records as ``dataset.records.from_json`` reads it.

The Argilla dataset needs the questions ``verdict`` (label), ``labels`` (multi-label, class names) and ``note`` (text),
and the fields ``image``, or ``question`` and ``choices``, and ``given_label`` where that is shown. The label suggested for
a flagged sample goes in as a suggestion. What Argilla has no place for (in which run, how the card was shown, which
decision of the log it is) travels in the metadata, so that a file of ours gives the same decisions back; who decided does
not, the log knows that.
"""

import json
import uuid
from collections.abc import Iterable

import numpy as np

from cleaning.export.formats.given_out import GIVEN, columns_shown, rows_given_out, told_unread_as_json
from cleaning.export.formats.json_values import ENCODE, json_texts
from cleaning.export.formats.row_texts import Coded, Each, Piece, in_blocks, rows_as_text
from cleaning.export.formats.table_texts import json_list_of, json_object, json_of, json_pieces
from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision

META = "second_opinion"
SUBMITTED = "submitted"  # without it Argilla takes a response for a draft
OF_THE_LOG = ("reviewer", "seq", "sample_id")


def argilla_records(handover: Handover) -> Iterable[bytes]:
    """JSON list of records, one per flagged or decided sample, the most suspicious first, with one response per
    standing decision; a record a line."""
    rows, names = rows_given_out(handover), handover.dataset.class_names
    votes = [handover.final.votes.get(sample, []) for sample in handover.dataset.sample_ids[rows].tolist()]
    suggested = handover.suggested[rows]
    suggestions = [{"labels": {"value": [name], "score": None, "agent": "second-opinion"}} for name in names]
    record: dict[str, list[Piece]] = {
        "id": [Each(handover.dataset.sample_ids[rows], json_of)],
        "fields": json_object(_shown(handover, rows)),
        "metadata": _metadata(handover, rows, votes),
        "vectors": ["{}"],
        "suggestions": json_pieces(Coded(np.where(suggested < 0, len(names), suggested), [*suggestions, {}])),
        "responses": [Each(votes, lambda some: [ENCODE(_responses(handover, one)) if one else "{}" for one in some])],
        "status": [Each(votes, lambda some: ['"completed"' if one else '"pending"' for one in some])],
    }
    return in_blocks(json_list_of(rows_as_text([",\n", *json_object(record)], len(rows))))


def _metadata(handover: Handover, rows: np.ndarray, votes: list[list[Decision]]) -> list[Piece]:
    """What is told of samples beside what they show, as JSON."""
    settled = {line.row: {"final_status": line.status, "final_mask": line.mask} for line in handover.final.lines()}
    suspicion = handover.scores["suspicion"].to_numpy(np.float64)[rows]
    return [
        "{",
        told_unread_as_json(handover.dataset, rows, handover.workspace.id),
        Each(rows, lambda some: [f", {ENCODE(settled[row])[1:-1]}" if row in settled else "" for row in some]),
        f', "dataset": {ENCODE(handover.dataset.name)}, "suspicion": ',
        Each(suspicion, lambda some: json_texts([round(one, 6) for one in some])),
        Each(votes, lambda some: [_kept_as_json(handover, one) if one else "" for one in some]),
        "}",
    ]


def _kept_as_json(handover: Handover, votes: list[Decision]) -> str:
    """The decisions on a sample, as one more field."""
    kept = {_user(handover, vote): _kept(vote, handover.dataset.class_names) for vote in votes}
    return f", {ENCODE({META: json.dumps(kept, ensure_ascii=False)})[1:-1]}"


def _shown(handover: Handover, rows: np.ndarray) -> dict[str, list[Piece]]:
    """The fields, as JSON."""
    dataset, options, names = handover.dataset, handover.options, handover.dataset.class_names
    told = {name: dataset.samples[name].iloc[rows].astype(str).tolist() for name in columns_shown(dataset)}
    if "image" in told:
        told["image"] = list(map(options.address, told["image"]))
    if "choices" in dataset.samples:
        of_rows = (zip(names, handover.option_texts(row), strict=False) for row in rows.tolist())
        told["choices"] = ["\n".join(f"{name}. {option}" for name, option in one) for one in of_rows]
    fields: dict[str, list[Piece]] = {name: [Each(texts, json_of)] for name, texts in told.items()}
    return fields | ({GIVEN: json_pieces(Coded(dataset.given_labels[rows], names))} if options.show_given else {})


def _user(handover: Handover, vote: Decision) -> str:
    """Stands for the reviewer, whose name is nobody's business there."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"second-opinion {handover.pseudonyms[vote.reviewer]}"))


def _kept(vote: Decision, names: tuple[str, ...]) -> dict:
    """A decision as a later import needs it; labels by their names."""
    kept = {name: value for name, value in vars(vote).items() if name not in OF_THE_LOG}
    return kept | {"labels": [names[k] for k in vote.labels]}


def _responses(handover: Handover, votes: list[Decision]) -> dict[str, list[dict]]:
    names = handover.dataset.class_names
    answers: dict[str, list[dict]] = {"verdict": [], "labels": [], "note": []}
    for vote in votes:
        values = {"verdict": vote.verdict, "labels": [names[k] for k in vote.labels], "note": vote.note}
        by = {"user_id": _user(handover, vote), "status": SUBMITTED}
        for question, value in values.items():
            if value:
                answers[question].append({"value": value} | by)
    return {name: given for name, given in answers.items() if given}
