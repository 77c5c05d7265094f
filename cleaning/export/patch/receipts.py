"""The receipt of an applied patch (``<file>.applied.json``): with what it keeps of a file, every byte comes back."""

import hashlib
import json
from collections.abc import Mapping

from cleaning.errors import InputError
from cleaning.export.patch.patch import Patch
from cleaning.settle.policy import Policy
from cleaning.version import __version__

FORMAT, VERSION = "second-opinion-applied", 1
RECEIPT_ENDING = ".applied.json"


def receipt_of(
    patch: Patch, policy: Policy, name: str, original: bytes, applied: bytes, kept: Mapping[str, object]
) -> bytes:
    """name: of the file. original, applied: its bytes before and after. kept: what brings the first ones back."""
    receipt = {
        "format": FORMAT,
        "version": VERSION,
        "second_opinion": __version__,
        "patch_sha256": patch.sha256,
        "policy": policy.to_dict(),
        "file": name,
        "original_sha256": _sha256(original),
        "applied_sha256": _sha256(applied),
        **kept,
    }
    return (json.dumps(receipt, indent=1, ensure_ascii=False) + "\n").encode()


def read_receipt(data: bytes) -> dict:
    """The receipt as it was written, or InputError."""
    try:
        receipt = json.loads(data)
        assert receipt["format"] == FORMAT and receipt["version"] == VERSION
        assert isinstance(receipt.get("fields", {}), dict) and isinstance(receipt.get("original", ""), str)
        assert isinstance(receipt.get("pieces", []), list)
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError):
        raise InputError(
            "The receipt beside the table is damaged or none of ours. Revert without it (--no-receipt) to get the "
            "labels back."
        ) from None
    return receipt


def refuse_another(receipt: dict, patch: Patch, name: str, data: bytes, what: str) -> None:
    """Raises InputError where a receipt is of another patch, or the file was changed since. what: "labels" or
    "references", which are had back without it too."""
    if receipt.get("patch_sha256") != patch.sha256:
        raise InputError(f"'{name}' was made with another patch than this one (its receipt says so).")
    if receipt.get("applied_sha256") != _sha256(data):
        raise InputError(
            f"'{name}' was changed after the patch was applied, so it cannot be given back byte for byte. "
            f"Revert without the receipt (--no-receipt) to get the {what} back."
        )


def refuse_unlike(receipt: dict, restored: bytes, name: str, what: str) -> None:
    """Raises InputError where what a receipt gives back is not the file that it was made for."""
    if _sha256(restored) != receipt.get("original_sha256"):
        raise InputError(
            f"What the receipt gives back is not the file that the patch was applied to; the receipt of "
            f"'{name}' was changed. Revert without it (--no-receipt) to get the {what} back."
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
