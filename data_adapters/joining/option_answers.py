"""Answers to questions with options: letters, numbers, the options' own labels or texts, or free text around them."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS
from data_adapters.joining.class_codes import OUT_OF_RANGE, UNREADABLE, Codes, integers, placed, spread

LETTER = re.compile(r"\(?([A-Za-z])[).:]{0,2}")
NEARLY = 0.02  # of the rows, by which a reading may read less than the best and still be a rival
FAR_BETTER = 0.15  # of agreement with the keys, by which one reading of an expert's answers must beat another
MARKUP = re.compile(r"\*\*|__|`|\\boxed|\\text|\\mathrm|[{}$]|<[^<>]{1,20}>")
SAID = re.compile(
    r"(?:answer|option|choice|solution)\b[^A-Za-z0-9\n(]{0,4}(?:is|would be|should be|to be|:|=|-)?[\s:=-]*"
    r"(?:the |option |choice |letter |answer )*[:\s]*(?:\(([A-Za-z])\)|\[([A-Za-z])\]|([A-Z])(?![\w'’]))",
    re.IGNORECASE,
)
FIRST = re.compile(r"\s*(?:\(([A-Z])\)|([A-Z])[).:])(?=\s|$)")
ALONE = re.compile(r"\s*\(?([A-Z])\)?[.:]?\s*")


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
    for i in np.flatnonzero(codes < ABSTAIN):
        codes[i] = _by_text(text[i], choices[i] if choices else (), int(option_counts[i]), codes[i])
    rivals = [(other, ways[other]) for other in able if other != how and not np.array_equal(ways[other], ways[how])]
    return Codes(codes, how, tuple(rivals))


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


def _letters(written: Sequence[str]) -> np.ndarray:
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


def _by_text(answer: str, options: Sequence[str], count: int, otherwise: int) -> int:
    """The option that free text settles for, else ``otherwise``."""
    exact = _of_text(answer, options)
    if exact >= 0:
        return exact
    letter = letter_in(answer, count)
    if letter is not None:
        return OPTION_LETTERS.index(letter)
    named = _option_named(answer, options)
    return otherwise if named is None else named


def letter_in(written: str, count: int) -> str | None:
    """The letter of one of ``count`` options that an answer in words settles for: ``The answer is **(B)**.`` is B."""
    text = MARKUP.sub(" ", written).strip()
    allowed = OPTION_LETTERS[:count]
    said = [next(filter(None, match.groups())).upper() for match in SAID.finditer(text) if _is_a_letter(match)]
    lines = [line for line in text.splitlines() if line.strip()]
    ends = [match[1] for line in lines[-1:] if (match := ALONE.fullmatch(line))]
    begins = [match[1] or match[2] for match in [FIRST.match(text)] if match]
    found = [*said[-1:], *ends, *begins]
    return next((letter for letter in found if letter in allowed), None) if found else None


def _is_a_letter(match: re.Match) -> bool:
    """A lower-case letter only in brackets: ``the answer is a dog`` names no option."""
    return bool(match[1] or match[2] or match[3].isupper())


def _option_named(answer: str, options: Sequence[str]) -> int | None:
    """The one option whose text the last line is, or ends ``the answer is`` with."""
    lines = [line for line in MARKUP.sub(" ", answer).casefold().splitlines() if line.strip()]
    if not lines:
        return None
    last = lines[-1].strip(" .!\"'")
    told = re.split(r"answer(?: is|:)|(?:^|\s)is:", last)[-1].strip(" .:!\"'")
    same = [k for k, option in enumerate(options) if option.strip(" .\"'").casefold() in (last, told)]
    return same[0] if len(same) == 1 else None
