"""A patch applied to the bytes of a table file, with a receipt that brings every one of them back.

The receipt (``<file>.applied.json``) holds what the changed fields looked like before: somebody may have written
``"frog"`` with quotes, or `` Frog``. Without it a revert writes labels in the file's own style and can promise
equal labels, but not equal bytes.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError
from cleaning.export.patch.apply import Change, places_of_entries, plan_apply, plan_revert
from cleaning.export.patch.label_fields import find_fields
from cleaning.export.patch.other_version import for_version, only
from cleaning.export.patch.patch import Patch
from cleaning.export.patch.receipts import receipt_of, refuse_another, refuse_unlike
from cleaning.export.patch.whole_tables import written_anew
from cleaning.keep.versions.contents import Content
from cleaning.settle.policy import Policy

TEXT_SUFFIXES = (".csv", ".tsv", ".jsonl")
LARGEST_ORIGINAL = 2 * 1024**3
_ABOUT = ("samples", "labels_sha256", "questions_sha256")


@dataclass(frozen=True)
class LabelTable:
    """A table of labels as read from a file.

    data: the file. suffix: its ending, lower case. column: of the labels. sample_ids: (N,) str. codes: (N,) class
    codes. texts: (N,) str labels as read. written_as: "names", "0-based numbers" or "letters".
    questions_sha256: as ``cleaning.export.patch.patch.questions_sha256``, None where the table has no questions.
    contents: N, what each sample holds by this table; texts and pictures only where it has them. () if not told.
    """

    name: str
    data: bytes
    suffix: str
    column: str
    sample_ids: np.ndarray
    codes: np.ndarray
    texts: np.ndarray
    written_as: str
    questions_sha256: str | None = None
    contents: Sequence[Content] = ()

    def written(self, code: int, class_names: tuple[str, ...]) -> str:
        """A class in the file's own style."""
        if self.written_as == "names":
            return class_names[code]
        return OPTION_LETTERS[code] if self.written_as == "letters" else str(code)


def applied(patch: Patch, table: LabelTable, policy: Policy) -> tuple[bytes, bytes, Change, dict[str, str]]:
    """(the file with the patch applied, the receipt, what changed, why entries were left out by sample id).

    On another version of the dataset the entries that still fit are applied. Raises InputError where the patch does
    not fit.
    """
    patch, left_out = for_version(patch, table.sample_ids, table.codes, table.questions_sha256, table.contents)
    _check_questions(patch, table)
    change = plan_apply(patch, table.sample_ids, table.codes, policy)
    data, kept = _edited(table, change, patch.class_names)
    about = {name: patch.header["dataset"][name] for name in _ABOUT if name in patch.header["dataset"]}
    kept = {"applied_on": about, "left_out": sorted(left_out), **kept}
    return data, receipt_of(patch, policy, table.name, table.data, data, kept), change, left_out


def reverted(patch: Patch, table: LabelTable, policy: Policy, receipt: dict | None) -> tuple[bytes, Change]:
    """(the file as it was before the patch, what changed). With a receipt byte for byte, or InputError.

    policy: the one the patch was applied with, where there is no receipt.
    """
    if receipt is not None:
        refuse_another(receipt, patch, table.name, table.data, "labels")
        policy = Policy.from_dict(receipt.get("policy"))
        patch = _as_applied(patch, receipt)
    _check_questions(patch, table)
    change = plan_revert(patch, table.sample_ids, table.codes, policy)
    if receipt is None:
        return _edited(table, change, patch.class_names)[0], change
    data = _restored(table, change, receipt)
    refuse_unlike(receipt, data, table.name, "labels")
    return data, change


def _as_applied(patch: Patch, receipt: dict) -> Patch:
    """The part of the patch that the receipt says was applied, for the version of the dataset that it names."""
    on, left_out = receipt.get("applied_on"), receipt.get("left_out", [])
    if not isinstance(on, dict) or set(_ABOUT) - set(on) or not isinstance(left_out, list):
        return patch  # a receipt of version 0.1: the whole patch on the dataset it was made for
    return only(patch, set(left_out), *(on[name] for name in _ABOUT))


def _edited(table: LabelTable, change: Change, class_names: tuple[str, ...]) -> tuple[bytes, dict]:
    """(the file with the change made, what a receipt must keep to undo it)"""
    texts = {row: table.written(code, class_names) for row, code in change.codes.items()}
    if table.suffix not in TEXT_SUFFIXES:
        if len(table.data) > LARGEST_ORIGINAL:
            raise InputError(f"'{table.name}' is larger than 2 GB; save it as CSV to apply a patch.")
        original = base64.b64encode(zlib.compress(table.data, 6)).decode()
        return written_anew(table.data, table.suffix, table.column, texts, list(table.texts)), {"original": original}
    fields = _fields(table)
    kept = {str(table.sample_ids[row]): fields.raw(row) for row in change.codes}
    return fields.replaced({row: fields.written(text, row) for row, text in texts.items()}), {"fields": kept}


def _fields(table: LabelTable):
    """The label fields, once they are sure to be what the reader read."""
    fields = find_fields(table.data, table.suffix, table.column)
    if fields.values() != list(table.texts):
        raise InputError(
            f"The labels of '{table.name}' cannot be told apart field by field. Save it again as plain CSV in UTF-8."
        )
    return fields


def _restored(table: LabelTable, change: Change, receipt: dict) -> bytes:
    if table.suffix not in TEXT_SUFFIXES:
        try:
            packed = zlib.decompressobj()
            return packed.decompress(base64.b64decode(receipt.get("original", ""), validate=True), LARGEST_ORIGINAL)
        except (ValueError, zlib.error):
            return b""
    kept = receipt.get("fields", {})
    names = {row: str(table.sample_ids[row]) for row in change.codes}
    if not all(isinstance(kept.get(name), str) for name in names.values()):
        return b""
    return _fields(table).replaced({row: kept[name] for row, name in names.items()})


def _check_questions(patch: Patch, table: LabelTable) -> None:
    places_of_entries(patch, table.sample_ids)  # other ids make another fingerprint of the same questions
    expected = patch.header["dataset"].get("questions_sha256")
    if expected and table.questions_sha256 and expected != table.questions_sha256:
        raise InputError(
            f"Questions or options in '{table.name}' differ from those the patch was made for (fingerprint "
            f"{table.questions_sha256[:16]}, expected {expected[:16]}). Get the version of the dataset that it names."
        )
