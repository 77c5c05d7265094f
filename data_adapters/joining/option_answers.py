"""Answers to questions with options: letters, numbers, the options' own labels or texts, or free text around them."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS
from data_adapters.joining.class_codes import OUT_OF_RANGE, UNREADABLE, Codes, integers, placed, spread
from data_adapters.joining.free_text_answers import option_in

LETTER = re.compile(r"\(?([A-Za-z])[).:]{0,2}")
NEARLY = 0.02  # of the rows, by which a reading may read less than the best and still be a rival
FAR_BETTER = 0.15  # of agreement with the keys, by which one reading of an expert's answers must beat another


def read_answers(
    text: np.ndarray,
    option_counts: np.ndarray,
    choices: Sequence[Sequence[str]],
    own: Sequence[Sequence[str] | None] | None = None,
    keys: np.ndarray | None = None,
) -> Codes:
    """Codes of a column that answers questions, in the way that reads most of its rows.

    own: the labels that questions give their own options. keys: (N,) the given codes, by which ways that read alike
    many rows are told apart; without them the options' own labels come first, then their texts, then letters. What is
    left is looked for in free text. (N,) each.
    """
    ways = _ways(text, option_counts, choices, own)
    read = {how: int(((codes >= 0) | (codes == ABSTAIN)).sum()) for how, codes in ways.items()}
    able = [how for how in ways if read[how] >= max(read.values()) - NEARLY * len(text)]
    how = _best(able, ways, read, keys)
    codes = ways[how].copy()
    counted = (codes >= 0).any()
    found = _from_free_text(codes, text, option_counts, choices, own, bool(counted) and how == "the options' texts")
    rivals = [(other, ways[other]) for other in able if other != how and not np.array_equal(ways[other], ways[how])]
    return Codes(codes, how if counted or not found else "free text", tuple(rivals), found)


def _from_free_text(codes, text, option_counts, choices, own, texts_first: bool) -> int:
    """Puts what free text settles for in the place of codes that read nothing; how many it was."""
    found = 0
    for i in np.flatnonzero(codes < ABSTAIN):
        options, labels = choices[i] if choices else (), None if own is None else own[i]
        place = option_in(text[i], options, int(option_counts[i]), labels, texts_first)
        codes[i], found = (codes[i], found) if place is None else (place, found + 1)
    return found


def _ways(text, option_counts, choices, own) -> dict[str, np.ndarray]:
    """Codes by way of writing, in the order of preference."""
    places, written = placed(text)
    letters, numbers = spread(_letters(written), written, places), spread(integers(written), written, places)
    counted_from_one = np.where(numbers > 0, numbers - 1, np.where(numbers == 0, ABSTAIN, numbers))
    ways = {}
    if own is not None and any(labels is not None for labels in own):
        ways["the options' own labels"] = _own_labels(text, own, letters)
    if choices:
        ways["the options' texts"] = np.array([_of_text(*pair) for pair in zip(text, choices)], np.int32)
    ways |= {"letters": letters, "0-based numbers": numbers, "numbers from 1": counted_from_one.astype(np.int32)}
    for codes in ways.values():
        codes[codes >= option_counts] = OUT_OF_RANGE
        codes[text == ""] = ABSTAIN
    return ways


def _best(able: list[str], ways: Mapping[str, np.ndarray], read: Mapping[str, int], keys: np.ndarray | None) -> str:
    """By agreement with the keys where one way is far better, else the way that reads most, else the first."""
    first = max(able, key=lambda how: read[how] if how != "numbers from 1" else read[how] - 0.5)
    for sure in ("the options' own labels", "the options' texts"):
        first = sure if keys is None and sure in able and read[sure] >= read[first] else first
    if keys is None or len(able) < 2:
        return first
    agreed = {how: float((ways[how] == keys)[ways[how] >= 0].mean()) if (ways[how] >= 0).any() else 0 for how in able}
    best = max(able, key=agreed.__getitem__)
    return best if agreed[best] > agreed[first] + FAR_BETTER else first


def _letters(written: Iterable[str]) -> np.ndarray:
    matches = [LETTER.fullmatch(value) for value in written]
    return np.array([OPTION_LETTERS.index(m[1].upper()) if m else UNREADABLE for m in matches], np.int64)


def _own_labels(text: np.ndarray, own: Sequence[Sequence[str] | None], letters: np.ndarray) -> np.ndarray:
    """By the question's own label of an option, else by its letter."""
    codes = letters.copy()
    for i, labels in enumerate(own):
        if labels is not None and text[i] in labels:
            codes[i] = labels.index(text[i])
        elif codes[i] == UNREADABLE and text[i].isdigit() and 1 <= int(text[i]) <= len(OPTION_LETTERS):
            codes[i] = int(text[i]) - 1
    return codes


def _of_text(answer: str, options: Sequence[str]) -> int:
    """The one option with this text, else UNREADABLE."""
    same = [k for k, option in enumerate(options) if option.strip() == answer]
    return same[0] if len(same) == 1 else UNREADABLE
