"""Argilla's JSON records (``dataset.records.to_json``): each user's responses to a record are one decision.

A record is a sample by its ``id`` (or ``metadata.sample_id``). Questions: ``verdict`` (one of ours), ``labels`` or
``label`` (class names), ``note``; a dataset of Argilla's own with a single label question gives keep or relabel.

A response that still says what we wrote is the decision that we wrote, whichever user it is filed under there; one that
was changed there says what it says now, for the same reviewer. Argilla tells no times, so what is changed has none.
Records that we made of another version of the dataset have to hold what the sample holds in this one.
"""

import json
from collections.abc import Sequence
from dataclasses import fields, replace

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import KEEP, check_labels, verdict_for_picked
from cleaning.errors import InputError
from cleaning.export.formats.argilla_records import META
from cleaning.export.formats.decision_log import is_sound
from cleaning.export.formats.given_out import GIVEN, SameSamples
from cleaning.export.incoming import Incoming, LeftOut, refuse_if_nothing, uuid_there
from cleaning.keep.decisions import Decision

LABEL_QUESTIONS = ("labels", "label")
NEEDED = "Each record needs a sample's id, and responses whose labels are classes and whose verdicts are ours."


def is_argilla(records: Sequence) -> bool:
    """Whether the first record has responses by question, as Argilla writes them."""
    first = records[0] if records else None
    return isinstance(first, dict) and isinstance(first.get("responses"), dict) and "annotations" not in first


def read_argilla(records: Sequence, dataset: Dataset, run_id: str = "", fingerprint: str = "") -> Incoming:
    """Every response that can be read, and each other one with why. fingerprint: of this version of the dataset, if not
    the dataset's own. Raises InputError where nothing can be read."""
    reader = _Reader(dataset, run_id, fingerprint)
    for place, record in enumerate(records):
        reader.read(record, f"record {record.get('id', place)}" if isinstance(record, dict) else f"record {place}")
    found = Incoming(tuple(reader.found), tuple(reader.left_out), made_from=reader.made_from)
    return refuse_if_nothing(found, "Argilla file", NEEDED)


class _Reader:
    """Records against one dataset."""

    def __init__(self, dataset: Dataset, run_id: str, fingerprint: str = "") -> None:
        self.same = SameSamples(dataset, fingerprint)
        self.given = dict(zip(map(str, dataset.sample_ids), dataset.given_labels.tolist()))
        self.codes = {name: code for code, name in enumerate(dataset.class_names)}
        self.run_id = run_id
        self.found: list[Decision] = []
        self.left_out: list[LeftOut] = []
        self.made_from: dict[str, str] = {}

    def read(self, record: dict, where: str) -> None:
        try:
            sample, answers, kept = _sample(record, self.given), _by_user(record["responses"]), _kept(record)
            told = _told(record)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.left_out.append(LeftOut(where, "it is no record with responses as Argilla writes them"))
            return
        if sample not in self.given:
            self.left_out.append(LeftOut(where, f"'{sample[:60]}' is no sample of this dataset"))
            return
        for user, said in sorted(answers.items(), key=lambda one: (one[0] not in kept, one[0])):
            try:
                self.same.check(told, sample)
                decision = self._decision(sample, user, said, kept)
                self.found.append(replace(decision, version=decision.version or self.same.other_version(told)))
            except InputError as error:
                self.left_out.append(LeftOut(where, str(error).rstrip(".")))
            except (TypeError, ValueError):
                self.left_out.append(LeftOut(where, "its response is no label or verdict as Argilla writes them"))

    def _decision(self, sample: str, user: str, said: dict, kept: dict[str, dict]) -> Decision:
        """kept: by user what we wrote and no other response is; what this one is leaves it."""
        verdict, labels = _verdict(said, self.given[sample], self.codes)
        check_labels(verdict, labels, self.given[sample], len(self.codes))
        note = str(said.get("note", ""))
        alike = (one for one, ours in kept.items() if self._says(ours, verdict, labels, note))
        ours = kept.pop(user if user in kept else next(alike, ""), None)
        if ours is not None and self._says(ours, verdict, labels, note):
            values = ours | {"note": note}
        else:
            whose = ours["uuid"] if ours else f"{sample} {user}"
            made = uuid_there(f"argilla {whose}", verdict, sorted(labels), note)
            values = {"uuid": made, "run_id": self.run_id, "mode": "open", "note": note}
        if ours is not None:
            self.made_from[values["uuid"]] = ours["uuid"]
        values |= {"sample_id": sample, "reviewer": f"argilla-{user}", "verdict": verdict}
        return Decision(**(values | {"labels": tuple(labels)}))

    def _says(self, ours: dict, verdict: str, labels: list[int], note: str) -> bool:
        before = ours["verdict"], {self.codes.get(name) for name in ours["labels"]}, str(ours.get("note", "")).strip()
        return before == (verdict, set(labels), note.strip())


def _kept(record: dict) -> dict[str, dict]:
    """What we wrote of decisions, by the user that stood for the reviewer; empty where that is not ours or not whole."""
    try:
        held = json.loads((record.get("metadata") or {})[META])
        return {str(user): ours for user, ours in held.items() if _is_ours(ours)}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return {}


def _is_ours(ours: dict) -> bool:
    known = ours.keys() <= {one.name for one in fields(Decision)}
    return known and is_sound(ours | {"labels": [], "sample_id": "?"}) and isinstance(ours["labels"], list)


def _told(record: dict) -> dict:
    """What we said of the sample in a record of ours."""
    shown = (record.get("fields") or {}).get(GIVEN)
    return dict(record.get("metadata") or {}) | ({GIVEN: shown} if shown else {})


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
