"""Argilla's JSON: a list of records as ``dataset.records.from_json`` reads it.

The Argilla dataset needs the questions ``verdict`` (label), ``labels`` (multi-label, class names) and ``note`` (text),
and the fields ``given_label`` and ``image`` or ``question``. The suggested label goes in as a suggestion.
"""

import json
import uuid

from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.settle.final_labels import FinalLine


def argilla_records(handover: Handover) -> bytes:
    """JSON list of records, one per decided sample, with one response per standing decision."""
    records = [_record(handover, line) for line in handover.final.lines()]
    return (json.dumps(records, indent=1, ensure_ascii=False) + "\n").encode()


def _record(handover: Handover, line: FinalLine) -> dict:
    dataset, samples, names = handover.dataset, handover.dataset.samples, handover.dataset.class_names
    fields = {c: str(samples[c].iloc[line.row]) for c in ("image", "question") if c in samples}
    if "choices" in samples:
        fields["choices"] = "\n".join(
            f"{name}. {o}" for name, o in zip(names, handover.option_texts(line.row), strict=False)
        )
    suggested = names[int(handover.scores["suggested"].iloc[line.row])]
    return {
        "id": line.sample_id,
        "fields": fields | {"given_label": names[line.given]},
        "metadata": {
            "dataset_fingerprint": handover.workspace.id,
            "dataset": dataset.name,
            "suspicion": round(float(handover.scores["suspicion"].iloc[line.row]), 6),
            "final_status": line.status,
            "final_mask": line.mask,
        },
        "vectors": {},
        "suggestions": {"labels": {"value": [suggested], "score": None, "agent": "second-opinion"}},
        "responses": _responses(handover, handover.final.votes[line.sample_id]),
        "status": "completed",
    }


def _responses(handover: Handover, votes: list[Decision]) -> dict[str, list[dict]]:
    names = handover.dataset.class_names
    answers: dict[str, list[dict]] = {"verdict": [], "labels": [], "note": []}
    for vote in votes:
        user = str(uuid.uuid5(uuid.NAMESPACE_URL, f"second-opinion {handover.pseudonyms[vote.reviewer]}"))
        answers["verdict"].append({"value": vote.verdict, "user_id": user})
        if vote.labels:
            answers["labels"].append({"value": [names[k] for k in vote.labels], "user_id": user})
        if vote.note:
            answers["note"].append({"value": vote.note, "user_id": user})
    return {name: given for name, given in answers.items() if given}
