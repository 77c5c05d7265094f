"""Ids that differ only in how they are written: folder, ending, upper and lower case, blanks, leading zeros."""

import re
import unicodedata
from pathlib import PurePosixPath

import numpy as np

ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def plain_id(written: object) -> str:
    """``Images/IMG_007.JPG`` and ``img_7`` are both ``img_7``."""
    composed = unicodedata.normalize("NFC", str(written))  # macOS writes an accent as a character of its own
    name = PurePosixPath(composed.strip().replace("\\", "/")).name
    return ZEROS.sub("", ENDING.sub("", name).casefold())


def matched_ids(sample_ids: np.ndarray, expert_ids: np.ndarray) -> dict[int, str]:
    """{place among the expert's ids: sample id} of unknown ids that can only be one sample's, written otherwise.

    Only samples the expert has no row for are considered, and only where no two of either are alike.
    """
    known, theirs = set(sample_ids), set(expert_ids)
    wanted = _by_plain([i for i in sample_ids if i not in theirs])
    places = {written: place for place, written in enumerate(expert_ids) if written not in known}
    offered = _by_plain(list(places))
    return {
        places[offered[plain]]: sample
        for plain, sample in wanted.items()
        if sample is not None and offered.get(plain) is not None
    }


def _by_plain(ids: list[str]) -> dict[str, str | None]:
    """Each plain id with the one id written so; None where there are several."""
    found: dict[str, str | None] = {}
    for one in ids:
        plain = plain_id(one)
        found[plain] = None if plain in found else one
    return found
