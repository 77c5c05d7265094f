"""Argilla's JSON: a list of records as ``dataset.records.from_json`` reads it.

The Argilla dataset needs the questions ``verdict`` (label), ``labels`` (multi-label, class names) and ``note`` (text),
and the fields ``image``, or ``question`` and ``choices``, and ``given_label`` where that is shown. The label suggested for
a flagged sample goes in as a suggestion. What Argilla has no place for (in which run, how the card was shown, which
decision of the log it is) travels in the metadata, so that a file of ours gives the same decisions back; who decided does
not, the log knows that.
"""

import json
import uuid
from collections.abc import Iterator

from cleaning.export.formats.corrected import as_json_list
from cleaning.export.formats.given_out import GIVEN, columns_shown, rows_given_out, told_unread
from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.contents import Contents

META = "second_opinion"
SUBMITTED = "submitted"  # without it Argilla takes a response for a draft
OF_THE_LOG = ("reviewer", "seq", "sample_id")


def argilla_records(handover: Handover) -> bytes:
    """JSON list of records, one per flagged or decided sample, the most suspicious first, with one response per
    standing decision; a record a line."""
    return as_json_list(_records(handover))


def _records(handover: Handover) -> Iterator[dict]:
    rows, names = rows_given_out(handover), handover.dataset.class_names
    contents, shown = Contents(handover.dataset), _shown(handover, rows)
    settled = {line.row: {"final_status": line.status, "final_mask": line.mask} for line in handover.final.lines()}
    suspicion, suggested = handover.scores["suspicion"].to_numpy(), handover.suggested
    for row, fields in zip(rows, shown):
        sample = str(handover.dataset.sample_ids[row])
        votes = handover.final.votes.get(sample, [])
        metadata: dict[str, str | float] = {
            **told_unread(contents.of(row), handover.workspace.id),
            **settled.get(row, {}),
            "dataset": handover.dataset.name,
            "suspicion": round(float(suspicion[row]), 6),
        }
        if votes:
            kept = {_user(handover, vote): _kept(vote, names) for vote in votes}
            metadata[META] = json.dumps(kept, ensure_ascii=False)
        suggestion = {"value": [names[suggested[row]]], "score": None, "agent": "second-opinion"}
        yield {
            "id": sample,
            "fields": fields,
            "metadata": metadata,
            "vectors": {},
            "suggestions": {"labels": suggestion} if suggested[row] >= 0 else {},
            "responses": _responses(handover, votes),
            "status": "completed" if votes else "pending",
        }


def _shown(handover: Handover, rows: list[int]) -> Iterator[dict[str, str]]:
    """By row the fields."""
    samples, names = handover.dataset.samples, handover.dataset.class_names
    told = samples[columns_shown(handover.dataset)].iloc[rows].astype(str).to_dict("records")
    for row, one in zip(rows, told):
        fields = {str(name): text for name, text in one.items()}
        if "image" in fields:
            fields["image"] = handover.options.address(fields["image"])
        if "choices" in samples:
            options = zip(names, handover.option_texts(row), strict=False)
            fields["choices"] = "\n".join(f"{name}. {option}" for name, option in options)
        if handover.options.show_given:
            fields[GIVEN] = names[int(handover.dataset.given_labels[row])]
        yield fields


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
