"""Classes written as names, as 0-based numbers or as letters, turned into class numbers."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS

UNREADABLE = -2  # holds something that is no class
OUT_OF_RANGE = -3  # a number that is no class number
INTEGER = re.compile(r"[+-]?\d{1,15}(?:\.0*)?")
LETTER = re.compile(r"\(?([A-Za-z])[).:]{0,2}")


@dataclass(frozen=True)
class Codes:
    """Class numbers of one column, and how they were written.

    codes: (N,) int32; ABSTAIN where empty, UNREADABLE or OUT_OF_RANGE where it is no class.
    """

    codes: np.ndarray
    written_as: Literal["names", "0-based numbers", "letters"]

    def where(self, code: int) -> np.ndarray:
        return np.flatnonzero(self.codes == code)


def read_classes(text: np.ndarray, names: Sequence[str]) -> Codes:
    """Codes of a column that writes classes as names or as 0-based numbers, whichever reads more of its rows.

    Names win a tie, so that classes called "0", "1", ... keep their meaning. Upper and lower case, and how accents are
    written, may differ where that leaves the names distinct.
    """
    places, written = _places(text)
    counts = np.bincount(places, minlength=len(written))
    as_names = _names_to_codes(written, names)
    as_numbers = _integers(written)
    in_range = np.where((as_numbers >= 0) & (as_numbers < len(names)), as_numbers, OUT_OF_RANGE)
    in_range[as_numbers == UNREADABLE] = UNREADABLE
    in_range[as_numbers == ABSTAIN] = ABSTAIN
    if counts[as_names >= 0].sum() >= counts[as_numbers >= 0].sum():
        return Codes(_spread(as_names, written, places), "names")
    return Codes(_spread(in_range, written, places), "0-based numbers")


def read_answers(text: np.ndarray, option_counts: np.ndarray, choices: Sequence[Sequence[str]]) -> Codes:
    """Codes of a column that answers questions by letters A, B, ... or by 0-based numbers.

    What is neither but equals the text of exactly one option is that option. (N,) each.
    """
    places, written = _places(text)
    counts = np.bincount(places, minlength=len(written))
    letters, numbers = _letters(written), _integers(written)
    if counts[letters >= 0].sum() >= counts[numbers >= 0].sum():
        how, codes = "letters", letters
    else:
        how, codes = "0-based numbers", numbers
    codes = _spread(codes, written, places)
    codes[codes >= option_counts] = OUT_OF_RANGE
    for i in np.flatnonzero(codes == UNREADABLE):
        same = [k for k, option in enumerate(choices[i]) if option.strip() == text[i]] if choices else []
        if len(same) == 1:
            codes[i] = same[0]
    return Codes(codes, how)


def all_integers(text: np.ndarray) -> bool:
    """Whether every value that is not empty is a whole number (and there is one)."""
    written = [one for one in distinct(text) if one != ""]
    return len(written) > 0 and bool((_integers(written) != UNREADABLE).all())


def largest_integer(text: np.ndarray) -> int:
    """The largest whole number in a column; ABSTAIN where there is none."""
    return int(_integers(distinct(text)).max(initial=ABSTAIN))


def distinct(text: np.ndarray) -> list[str]:
    """Each text once, in the order of their first places."""
    return list(dict.fromkeys(text.tolist()))


def _places(text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) place of each text among the distinct ones, and these."""
    written = distinct(text)
    place = dict(zip(written, range(len(written))))
    return np.fromiter(map(place.__getitem__, text.tolist()), np.int64, len(text)), np.array(written, object)


def _spread(codes: np.ndarray, written: np.ndarray, places: np.ndarray) -> np.ndarray:
    codes = np.where(written == "", ABSTAIN, codes)
    return codes[places].astype(np.int32)


def _names_to_codes(written: np.ndarray, names: Sequence[str]) -> np.ndarray:
    codes = {name: code for code, name in enumerate(names)}
    folded = {_folded(name): code for code, name in enumerate(names)}
    if len(folded) < len(names):
        folded = {}
    return np.array([codes.get(one, folded.get(_folded(one), UNREADABLE)) for one in written], np.int64)


def _folded(name: str) -> str:
    """Upper and lower case alike, and an accent alike whether it is a character of its own (as macOS writes it) or not."""
    return unicodedata.normalize("NFC", name).casefold()


def _integers(written: Sequence[str]) -> np.ndarray:
    return np.array([_integer(value) for value in written], np.int64)


def _integer(text: str) -> int:
    """-1 abstains; anything below is out of range."""
    if not INTEGER.fullmatch(text):
        return UNREADABLE
    number = int(text.split(".")[0])
    return number if number >= ABSTAIN else OUT_OF_RANGE


def _letters(written: np.ndarray) -> np.ndarray:
    matches = [LETTER.fullmatch(value) for value in written]
    return np.array([OPTION_LETTERS.index(m[1].upper()) if m else UNREADABLE for m in matches], np.int64)
