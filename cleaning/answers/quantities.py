"""Numbers with what they count: ``$18``, ``1 h 30 min``, ``18 apples``, ``37.5 %``, ``x = 5``."""

import re
from dataclasses import dataclass
from fractions import Fraction

from cleaning.answers.units_of_measure import MONEY, SYMBOLS, Unit, unit_named
from cleaning.answers.written_numbers import leading_number

BEFORE = re.compile(
    r"\A(?:(?:about|approximately|approx|around|exactly|nearly|roughly|only|just|a total of)\.? |[~≈=] ?)",
    re.IGNORECASE,
)
NAMED = re.compile(r"\A[A-Za-z]\w{0,3} ?= ?")
CURRENCY = re.compile(r"([+-]?) ?((?:US)?\$|€|£)(?=[ +\-.\d])")
WORD = re.compile(r" ?([^\W\d_][^\s\d,;^]*(?:\^-?\d)?|%|°[A-Za-z]?|[$€£¢])")
MOST_WORDS = 4  # of what is counted
JOINS = re.compile(r"^(?:,? and |, | )?")


@dataclass(frozen=True)
class Quantity:
    """value: in ``unit``, or bare. places: decimals as written, or None. noun: what is counted where that is no unit."""

    value: Fraction
    unit: Unit | None = None
    places: int | None = None
    noun: str = ""

    def base(self) -> Fraction:
        """In the base unit."""
        return self.value if self.unit is None else self.unit.base(self.value)


def quantity_of(text: str) -> Quantity | None:
    """What a text (in plain writing) counts, if it is one number with what belongs to it and nothing else."""
    text = NAMED.sub("", BEFORE.sub("", text.strip()))
    money = CURRENCY.match(text)
    if money:
        return _money(money[1] + text[money.end() :].lstrip(), SYMBOLS[money[2][-1]])
    first = leading_number(text)
    if first is None:
        return None
    unit, rest = _unit(first.rest)
    if unit is None:
        noun = noun_of(first.rest)
        return None if noun is None else Quantity(first.value, None, first.places, noun)
    if unit.measures and any(mark in MONEY for mark in rest):
        return None
    return _further(Quantity(first.value, unit, first.places), rest)


def noun_of(rest: str) -> str | None:
    """The last word of a few that follow a number, in the singular; "" where none do, None where they are a sentence."""
    rest = rest.strip(" .")
    if not rest:
        return ""
    if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", rest) or rest.count(" ") >= MOST_WORDS:
        return None
    return singular(rest.split(" ")[-1])


def singular(word: str) -> str:
    """A noun without the commonest endings of the plural, in lower case."""
    word = word.casefold()
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1 and not word.endswith("ss"):
            return word[: -len(ending)] + instead
    return word


def _money(text: str, unit: Unit) -> Quantity | None:
    found = leading_number(text)
    if found is None:
        return None
    rest = found.rest.strip(" .")
    named = unit_named(rest) if rest else unit
    return Quantity(found.value, unit, found.places) if named == unit else None


def _unit(rest: str) -> tuple[Unit | None, str]:
    """(the unit that follows a number, by the most words that name one; what follows it)."""
    ends = [match.end() for match in _words(rest)]
    for end in reversed(ends):
        found = unit_named(rest[:end])
        if found is not None:
            return found, rest[end:]
    return None, rest


def _words(rest: str) -> list[re.Match]:
    """The first few words, one behind the other."""
    found: list[re.Match] = []
    at = 0
    while len(found) < MOST_WORDS and (match := WORD.match(rest, at)):
        found.append(match)
        at = match.end()
    return found


def _further(first: Quantity, rest: str) -> Quantity | None:
    """With the smaller units that follow, as in ``1 h 30 min``; None where anything else does."""
    whole = first
    while rest.strip(" ."):
        following = leading_number(rest[JOINS.match(rest).end() :])  # type: ignore[union-attr]
        if following is None or first.unit is None:
            return None
        unit, rest = _unit(following.rest)
        if unit is None or unit.measures != first.unit.measures or unit.factor >= first.unit.factor or unit.offset:
            return None
        whole = Quantity(whole.value + unit.base(following.value) / first.unit.factor, first.unit, None)
    return whole
