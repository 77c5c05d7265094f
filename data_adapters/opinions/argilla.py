"""Argilla's JSON records (``dataset.records.to_json``): each user's responses to a record are one decision.

A record is a sample by its ``id`` (or ``metadata.sample_id``). Questions: ``verdict`` (one of ours), ``labels`` or
``label`` (class names), ``note``; a dataset of Argilla's own with a single label question gives keep or relabel.
"""

import uuid
from collections.abc import Sequence

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import KEEP, check_labels, verdict_for_picked
from cleaning.errors import InputError, counted, first_five
from cleaning.keep.decisions import Decision

LABEL_QUESTIONS = ("labels", "label")


def is_argilla(records: Sequence) -> bool:
    """Whether the first record has responses by question, as Argilla writes them."""
    first = records[0] if records else None
    return isinstance(first, dict) and isinstance(first.get("responses"), dict) and "annotations" not in first


def read_argilla(records: Sequence, dataset: Dataset, run_id: str = "") -> list[Decision]:
    """Raises InputError naming the first five records that do not fit the dataset."""
    given = dict(zip(map(str, dataset.sample_ids), dataset.given_labels.tolist()))
    codes = {name: code for code, name in enumerate(dataset.class_names)}
    found, bad = [], []
    for place, record in enumerate(records):
        try:
            found += _of_record(record, given, codes, run_id)
        except (InputError, KeyError, TypeError, ValueError, AttributeError):
            bad.append(record.get("id", place) if isinstance(record, dict) else place)
    if bad:
        raise InputError(
            f"{counted(len(bad), 'record')} of the Argilla file not fitting this dataset: {first_five(bad)}. "
            "Each needs a sample's id, and responses whose labels are classes and whose verdicts are ours."
        )
    return found


def _of_record(record: dict, given: dict, codes: dict, run_id: str) -> list[Decision]:
    sample = str(record["id"])
    if sample not in given:
        sample = str(record["metadata"]["sample_id"])
    answers = _by_user(record["responses"])
    return [_decision(sample, given[sample], user, said, codes, run_id) for user, said in sorted(answers.items())]


def _by_user(responses: dict) -> dict[str, dict[str, object]]:
    """{user: {question: value}}; drafts and discarded responses are left out."""
    users: dict[str, dict[str, object]] = {}
    for question, given in responses.items():
        for response in given or []:
            if response.get("status", "submitted") == "submitted" and response.get("value") is not None:
                users.setdefault(str(response["user_id"]), {})[question] = response["value"]
    return users


def _decision(sample: str, given: int, user: str, said: dict, codes: dict, run_id: str) -> Decision:
    verdict, labels = _verdict(said, given, codes)
    check_labels(verdict, labels, given, len(codes))
    return Decision(
        uuid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"argilla {sample} {user} {verdict} {labels}")),
        run_id=run_id,
        sample_id=sample,
        reviewer=f"argilla-{user}",
        verdict=verdict,
        labels=tuple(labels),
        note=str(said.get("note", "")),
        mode="open",
    )


def _verdict(said: dict, given: int, codes: dict) -> tuple[str, list[int]]:
    written: str | list[str] = next((said[question] for question in LABEL_QUESTIONS if question in said), [])
    picked = [codes[name] for name in ([written] if isinstance(written, str) else written)]
    named = said.get("verdict")
    if named is None and not picked:
        raise ValueError("neither a verdict nor labels")
    if named == KEEP and not picked:
        return KEEP, [given]
    return (str(named) if named else verdict_for_picked(picked, given)), picked
