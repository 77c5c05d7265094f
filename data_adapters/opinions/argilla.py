"""Argilla's JSON records (``dataset.records.to_json``): each user's responses to a record are one decision.

A record is a sample by its ``id`` (or ``metadata.sample_id``). Questions: ``verdict`` (one of ours), ``labels`` or
``label`` (class names), ``note``; a dataset of Argilla's own with a single label question gives keep or relabel.
"""

import uuid
from collections.abc import Sequence

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import KEEP, check_labels, verdict_for_picked
from cleaning.errors import InputError
from cleaning.export.incoming import Incoming, LeftOut, refuse_if_nothing
from cleaning.keep.decisions import Decision

LABEL_QUESTIONS = ("labels", "label")
NEEDED = "Each record needs a sample's id, and responses whose labels are classes and whose verdicts are ours."


def is_argilla(records: Sequence) -> bool:
    """Whether the first record has responses by question, as Argilla writes them."""
    first = records[0] if records else None
    return isinstance(first, dict) and isinstance(first.get("responses"), dict) and "annotations" not in first


def read_argilla(records: Sequence, dataset: Dataset, run_id: str = "") -> Incoming:
    """Every response that can be read, and each other one with why. Raises InputError where nothing can be read."""
    given = dict(zip(map(str, dataset.sample_ids), dataset.given_labels.tolist()))
    codes = {name: code for code, name in enumerate(dataset.class_names)}
    found: list[Decision] = []
    left_out: list[LeftOut] = []
    for place, record in enumerate(records):
        where = f"record {record.get('id', place)}" if isinstance(record, dict) else f"record {place}"
        try:
            sample, answers = _sample(record, given), _by_user(record["responses"])
        except (KeyError, TypeError, ValueError, AttributeError):
            left_out.append(LeftOut(where, "it is no record with responses as Argilla writes them"))
            continue
        if sample not in given:
            left_out.append(LeftOut(where, f"'{sample[:60]}' is no sample of this dataset"))
            continue
        for user, said in sorted(answers.items()):
            try:
                found.append(_decision(sample, given[sample], user, said, codes, run_id))
            except InputError as error:
                left_out.append(LeftOut(where, str(error).rstrip(".")))
            except (TypeError, ValueError):
                left_out.append(LeftOut(where, "its response is no label or verdict as Argilla writes them"))
    return refuse_if_nothing(Incoming(tuple(found), tuple(left_out)), "Argilla file", NEEDED)


def _sample(record: dict, given: dict[str, int]) -> str:
    """The sample by the record's own id, else by the one that its metadata names."""
    own = str(record["id"])
    return own if own in given else str((record.get("metadata") or {}).get("sample_id", own))


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
    names = [written] if isinstance(written, str) else list(written)
    strange = next((name for name in names if name not in codes), None)
    if strange is not None:
        raise InputError(f"'{str(strange)[:60]}' is no class of this dataset")
    picked, named = [codes[name] for name in names], said.get("verdict")
    if named is None and not picked:
        raise InputError("submitted without a label or a verdict")
    if named == KEEP and not picked:
        return KEEP, [given]
    return (str(named) if named else verdict_for_picked(picked, given)), picked
