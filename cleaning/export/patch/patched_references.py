"""A patch of free answers onto the references of files: every byte that is no changed reference stays as it is.

A reference stands in one place of a table's row, and in several of a log (the target, the document's own answer, once for
each filter; a sample and its summaries). With the receipt of ``applied_references`` every byte comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.answers.accepted_lists import accepted_list, plainly, written_alike
from cleaning.domain.verdicts import RIGHT_IS
from cleaning.errors import InputError, counted, first_five
from cleaning.export.patch.archive_members import ArchiveFields, joined, pieces
from cleaning.export.patch.label_fields import LabelFields
from cleaning.export.patch.patch import Patch
from cleaning.export.patch.receipts import receipt_of, refuse_another, refuse_unlike
from cleaning.settle.final_labels import DROPPED, settle
from cleaning.settle.policy import Policy


@dataclass(frozen=True)
class ReferencePlace:
    """One place in which a reference stands. sample: its id. said: the sample's reference, which the place says in its own
    way. shown: the words that stand for it there; more may stand around them. plain: whether they are written without
    capitals, articles and marks, as TriviaQA does."""

    sample: str
    said: str
    shown: str
    plain: bool = False


@dataclass(frozen=True)
class ReferenceFile:
    """A file in which references stand. fields: of P places. places: (P,) what each says. A place may hold a list of
    answers that are accepted for one another; a corrected reference replaces them all."""

    name: str
    data: bytes
    fields: LabelFields | ArchiveFields
    places: Sequence[ReferencePlace]

    def with_texts(self, texts: Mapping[int, str]) -> bytes:
        """The file with other references in some places; what stands around one in its text stays."""
        return self.fields.replaced({place: self._written(place, text) for place, text in texts.items()})

    def _written(self, place: int, text: str) -> str:
        value, told = self.fields.value(place), self.places[place]
        text = plainly(text) if told.plain else text
        items = accepted_list(value)
        if items is not None:
            held = next(one for one in items if told.shown in str(one))
            new = _around(str(held), told.shown, text)
            listed = written_alike([int(new) if isinstance(held, int) and new.isdecimal() else new], value)
            return listed if self.fields.json else self.fields.written(listed, place)
        return self.fields.written(_around(value if self.fields.json else value.strip(), told.shown, text), place)


def _around(value: str, shown: str, text: str) -> str:
    head, _, tail = value.rpartition(shown)
    return f"{head}{text}{tail}"


@dataclass(frozen=True)
class NewReferences:
    """By sample id. old: the reference of each sample of the patch. new: what it becomes, where it changes. dropped:
    samples that the policy drops, which keep theirs."""

    old: dict[str, str]
    new: dict[str, str]
    dropped: tuple[str, ...]


def is_of_references(patch: Patch) -> bool:
    """Whether a patch corrects references in words, and not classes."""
    return any(entry.options for entry in patch.entries)


def new_references(patch: Patch, policy: Policy) -> NewReferences:
    """What a patch makes of the references it speaks of."""
    ids = [entry.sample_id for entry in patch.entries]
    given = np.array([entry.old for entry in patch.entries], np.int32)
    final = settle(np.array(ids, object), given, patch.decisions, policy)
    new, dropped = {}, []
    for line in final.changed_lines():
        if line.corrected == DROPPED:
            dropped.append(line.sample_id)
        elif line.corrected != line.given:
            written = [v.note.strip() for v in final.votes[line.sample_id] if v.verdict == RIGHT_IS]
            text = patch.entries[line.row].options[line.corrected]
            new[line.sample_id] = written[0] if line.verdict == RIGHT_IS and written else text
    return NewReferences({e.sample_id: e.options[e.old].strip() for e in patch.entries}, new, tuple(dropped))


def applied_references(
    patch: Patch, files: Sequence[ReferenceFile], policy: Policy
) -> tuple[dict[str, tuple[bytes, bytes]], NewReferences]:
    """({file: (its bytes with the corrected references, its receipt)}, what changed).

    Raises InputError where a sample is in none of the files or its reference is another one.
    """
    found = new_references(patch, policy)
    _check(files, found.old, found.old, "The table was changed, or the patch is applied already.")
    return {file.name: _applied(patch, file, found.new, policy) for file in files}, found


def reverted_references(
    patch: Patch, files: Sequence[ReferenceFile], policy: Policy, receipts: Mapping[str, dict]
) -> tuple[dict[str, bytes], NewReferences]:
    """({file: its bytes without the patch}, what changed back). receipts: by file; of one that has none the references
    come back, and their spelling may differ.

    policy: the one it was applied with, where no receipt says so. Raises InputError.
    """
    told = [Policy.from_dict(receipt.get("policy")) for receipt in receipts.values()]
    found = new_references(patch, told[0] if told else policy)
    if not found.new:
        raise InputError("The patch changes no reference, so there is nothing to take back.")
    _check(files, found.old | found.new, found.new, "Give the policy it was applied with, or it was never applied.")
    return {file.name: _reverted(patch, file, found, receipts.get(file.name)) for file in files}, found


def _check(files: Sequence[ReferenceFile], expected: Mapping[str, str], needed: Mapping[str, str], why: str) -> None:
    """Refuses where a needed sample is not there, or says another reference than expected."""
    there = {place.sample for file in files for place in file.places}
    missing = [sample for sample in needed if sample not in there]
    if missing:
        raise InputError(f"{counted(len(missing), 'sample')} of the patch not in the table: {first_five(missing)}.")
    other = {
        place.sample
        for file in files
        for place in file.places
        if place.sample in expected and place.said.strip() != expected[place.sample].strip()
    }
    if other:
        raise InputError(
            f"{counted(len(other), 'sample')} of the patch with another reference: {first_five(sorted(other))}. {why}"
        )


def _applied(patch: Patch, file: ReferenceFile, new: Mapping[str, str], policy: Policy) -> tuple[bytes, bytes]:
    texts = {place: new[told.sample] for place, told in enumerate(file.places) if told.sample in new}
    data = file.with_texts(texts)
    kept: dict[str, object] = {"fields": {str(place): file.fields.raw(place) for place in texts}}
    if isinstance(file.fields, ArchiveFields):
        kept = {"pieces": pieces(file.data, data)}
    return data, receipt_of(patch, policy, file.name, file.data, data, kept)


def _reverted(patch: Patch, file: ReferenceFile, found: NewReferences, receipt: dict | None) -> bytes:
    if receipt is None:
        told = {place: one.sample for place, one in enumerate(file.places)}
        return file.with_texts({place: found.old[one] for place, one in told.items() if one in found.new})
    refuse_another(receipt, patch, file.name, file.data, "references")
    kept = {int(place): raw for place, raw in receipt.get("fields", {}).items() if place.isdecimal()}
    if isinstance(file.fields, ArchiveFields):
        data = joined(file.data, receipt.get("pieces", []))
    else:
        data = file.fields.replaced({p: r for p, r in kept.items() if p < len(file.places) and isinstance(r, str)})
    refuse_unlike(receipt, data, file.name, "references")
    return data
