"""JSON lines that vouch for themselves: the last one counts those above and holds their SHA-256.

So a file that was cut, edited or damaged anywhere is known before a single line of it is believed.
"""

import hashlib
import json
from collections.abc import Sequence

from cleaning.errors import InputError
from cleaning.export.formats.json_values import ENCODE


def sealed(lines: Sequence[str], kind: str) -> bytes:
    """The lines and their closing one. kind: the format's name."""
    body = "\n".join(lines) + "\n"
    return (body + _seal(body, len(lines), kind) + "\n").encode()


def _seal(body: str, count: int, kind: str) -> str:
    return ENCODE({"end": kind, "lines": count, "sha256": hashlib.sha256(body.encode()).hexdigest()})


def unsealed(text: str, kind: str, what: str) -> list[str]:
    """The lines above the closing one, once it has vouched for them byte by byte. what: "patch", in the sentence."""
    above, _, last = text.removesuffix("\n").rpartition("\n")
    if _ending(last) != kind or not text.endswith("\n"):
        raise InputError(f"The {what} is cut short: its last line is not the closing one. Download or copy it again.")
    lines = above.split("\n")
    if last != _seal(above + "\n", len(lines), kind):
        raise InputError(
            f"The {what} was changed or damaged after it was written: its SHA-256 does not match. Get it again from "
            "its source; to change a decision, change it in the review and export again."
        )
    return lines


def _ending(line: str) -> object:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value.get("end") if isinstance(value, dict) else None
