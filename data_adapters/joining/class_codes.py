"""Classes written as names, as 0-based numbers or as places, turned into class numbers."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import counted

UNREADABLE = -2  # holds something that is no class
OUT_OF_RANGE = -3  # a number that is no class number
INTEGER = re.compile(r"[+-]?\d{1,15}(?:\.0*)?")
NUMBERED_LABEL = re.compile(r"LABEL_(\d{1,9})")  # what transformers' pipelines call the class in that place


@dataclass(frozen=True)
class Codes:
    """Class numbers of one column, and how they were written.

    codes: (N,) int32; ABSTAIN where empty, UNREADABLE or OUT_OF_RANGE where it is no class. rivals: by their words,
    other readings of the same column that read as much of it, and differ. in_free_text: how many were found in answers
    in words.
    """

    codes: np.ndarray
    written_as: str
    rivals: tuple[tuple[str, np.ndarray], ...] = ()
    in_free_text: int = 0

    def where(self, code: int) -> np.ndarray:
        return np.flatnonzero(self.codes == code)


def read_places(text: np.ndarray, count: int) -> Codes:
    """Codes of integers that the source itself defines as places in the list of classes: never names."""
    places, written = placed(text)
    numbers = integers(written)
    inside = np.where((numbers >= count) | (numbers == OUT_OF_RANGE), OUT_OF_RANGE, numbers)
    return Codes(spread(inside, written, places), "places in the list of classes")


def read_classes(text: np.ndarray, names: Sequence[str]) -> Codes:
    """Codes of a column that writes classes as names or as 0-based numbers, whichever reads more of its rows.

    Names win a tie, so that classes called "0", "1", ... keep their meaning. Upper and lower case, blanks, and how
    accents are written, may differ where that leaves the names distinct.
    """
    places, written = placed(text)
    counts = np.bincount(places, minlength=len(written))
    as_names = _names_to_codes(written, names)
    as_numbers = integers([NUMBERED_LABEL.sub(r"\1", value) for value in written])
    in_range = np.where((as_numbers >= 0) & (as_numbers < len(names)), as_numbers, OUT_OF_RANGE)
    in_range[as_numbers == UNREADABLE] = UNREADABLE
    in_range[as_numbers == ABSTAIN] = ABSTAIN
    if counts[as_names >= 0].sum() >= counts[as_numbers >= 0].sum():
        both = counts[as_names >= 0].sum() == counts[in_range >= 0].sum() and not np.array_equal(as_names, in_range)
        rivals = (("0-based numbers", spread(in_range, written, places)),) if both else ()
        return Codes(spread(as_names, written, places), "names", rivals)
    return Codes(spread(in_range, written, places), "0-based numbers")


def free_text_note(name: str, codes: Codes) -> list[str]:
    """What is said where answers were found in words."""
    found = counted(codes.in_free_text, "answer")
    return (
        [f"Expert '{name}': {found} found in free text, by the option they settle for."] if codes.in_free_text else []
    )


def all_integers(text: np.ndarray) -> bool:
    """Whether every value that is not empty is a whole number (and there is one)."""
    written = [one for one in distinct(text) if one != ""]
    return len(written) > 0 and bool((integers(written) != UNREADABLE).all())


def largest_integer(text: np.ndarray) -> int:
    """The largest whole number in a column; ABSTAIN where there is none."""
    return int(integers(distinct(text)).max(initial=ABSTAIN))


def distinct(text: np.ndarray) -> list[str]:
    """Each text once, in the order of their first places."""
    return list(dict.fromkeys(text.tolist()))


def placed(text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) place of each text among the distinct ones, and these."""
    written = distinct(text)
    place = dict(zip(written, range(len(written))))
    return np.fromiter(map(place.__getitem__, text.tolist()), np.int64, len(text)), np.array(written, object)


def spread(codes: np.ndarray, written: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,) int32 codes from those of the distinct texts; empty ones abstain."""
    codes = np.where(written == "", ABSTAIN, codes)
    return codes[places].astype(np.int32)


def integers(written: Iterable[str]) -> np.ndarray:
    """Whole numbers of texts: UNREADABLE where they are none, OUT_OF_RANGE below -1."""
    return np.array([_integer(value) for value in written], np.int64)


def folded(name: str) -> str:
    """Upper and lower case and blanks alike, ``3.0`` as ``3``, and an accent alike whether it is a character of its own
    (as macOS writes it) or not."""
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return plain.split(".")[0] if "." in plain and INTEGER.fullmatch(plain) else plain


def merged_spellings(labels: np.ndarray, kept_apart: Collection[str]) -> dict[str, str]:
    """{spelling: the one to take} of names that differ in case or blanks alone.

    kept_apart: names that the experts use; one of them is taken, and where they use two, these are two classes.
    """
    times = Counter(labels.tolist())
    groups: dict[str, list[str]] = {}
    for name in [*times, *(name for name in kept_apart if name not in times)]:
        groups.setdefault(folded(name), []).append(name)
    merged: dict[str, str] = {}
    for spellings in groups.values():
        used = [name for name in spellings if name in kept_apart]
        if len(spellings) > 1 and len(used) < 2:
            best = used[0] if used else max(sorted(spellings), key=lambda name: (name == folded(name), times[name]))
            merged |= {name: best for name in spellings if name != best}
    return merged


def _names_to_codes(written: np.ndarray, names: Sequence[str]) -> np.ndarray:
    codes = {name: code for code, name in enumerate(names)}
    alike = {_unpadded(folded(name)): code for code, name in enumerate(names)}
    if len(alike) < len(names):
        alike = {}
    return np.array([codes.get(one, alike.get(_unpadded(folded(one)), UNREADABLE)) for one in written], np.int64)


def _unpadded(name: str) -> str:
    """``7`` of ``007``."""
    return name.lstrip("0") or "0" if name.isdigit() else name


def _integer(text: str) -> int:
    """-1 abstains; anything below is out of range."""
    if not INTEGER.fullmatch(text):
        return UNREADABLE
    number = int(text.split(".")[0])
    return number if number >= ABSTAIN else OUT_OF_RANGE
