"""The canonical form of an answer, held against a reference: equivalent answers are those of equal forms.

As equality of forms it is reflexive, symmetric and transitive whatever is written. Closeness is no equivalence, so what
was rounded takes the form of the first anchor (the reference, then the exact fractions among the answers) that it rounds.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from cleaning.answers.plain_writing import bare_words, plain_writing
from cleaning.answers.quantities import Quantity, quantity_of, singular
from cleaning.answers.units_of_measure import MONEY, PERCENT, RATIO, SYMBOLS, Unit, unit_named
from cleaning.answers.written_dates import Date, dates_of

Kind = Literal["boolean", "date", "quantity", "sequence", "set", "text"]
Form = tuple
YES, NO = frozenset("yes true correct right y".split()), frozenset("no false incorrect wrong n".split())
FIRST_WORD = re.compile(r"([a-z]+)(?:[,.:;!]|$| -)")
HOW_MANY = re.compile(r"how (?:many|much) ((?:(?:square|cubic) )?[a-z$€£%]+)", re.IGNORECASE)
ASKED_IN = re.compile(r"\b(?:in|nearest|of) ((?:(?:square|cubic) )?[a-z]{3,}(?: per [a-z]+)?)\b", re.IGNORECASE)
PERCENTAGE = re.compile(r"what percent(?:age)?\b|how many percent", re.IGNORECASE)
SEPARATED = re.compile(r"[,;]? and |[,;]? or |[,;] ?|\n| ?\| ?")
BRACKETS = {"{": "}", "[": "]", "(": ")"}
LONGEST_ELEMENT = 5  # words of an element of a list without brackets
MOST_ELEMENTS = 200
FEWEST_PLACES = 2  # decimals from which a number may be a rounded one
FURTHER = 2  # decimals by which an answer must be more exact than a reference that may be rounded


@dataclass(frozen=True)
class Anchor:
    """A value that rounded answers may stand for: in the base unit of what it measures. places: its own decimals, of
    which one is ``step`` of the base unit; None where it is exact."""

    value: Fraction
    measures: str
    places: int | None = None
    step: Fraction = Fraction(1)


@dataclass(frozen=True)
class Context:
    """What answers to one question are held against.

    kind: of the reference. unit: in which bare numbers are. nouns: names of what is counted that say nothing new.
    dates: what dates may mean that can be read two ways, likeliest first.
    """

    kind: Kind
    unit: Unit | None = None
    nouns: frozenset[str] = frozenset()
    anchors: tuple[Anchor, ...] = ()
    dates: tuple[Date, ...] = ()

    @classmethod
    def of(cls, reference: str, question: str = "", answers: Sequence[str] = ()) -> "Context":
        """The context of a reference, what was asked, and the answers that were given."""
        kind = _kind(plain_writing(reference))
        if kind == "date":
            return cls(kind, dates=_meant_dates(reference, answers))
        if kind != "quantity":
            return cls(kind)
        gold = quantity_of(plain_writing(reference))
        assert gold is not None
        said = [one for one in map(quantity_of, map(plain_writing, answers)) if one is not None]
        asked, nouns = _asked(question)
        unit = gold.unit or asked or _commonest_unit(said)
        context = cls(kind, unit, frozenset({gold.noun}) if gold.noun else nouns)
        first = context._anchor(gold)
        exact = (context._anchor(one) for one in said if one.places is None and _repeats(one.value))
        others = sorted({one for one in exact if one.value != first.value}, key=lambda one: (one.measures, one.value))
        return replace(context, anchors=(first, *others))

    def form(self, text: str) -> Form:
        """The canonical form of an answer: hashable; equal for equivalent answers."""
        plain = plain_writing(text)
        if self.kind == "boolean":
            return _boolean(plain) or ("text", bare_words(text))
        if self.kind == "date":
            return self._date(plain) or ("text", bare_words(text))
        if self.kind == "quantity":
            quantity = quantity_of(plain)
            return ("text", bare_words(text)) if quantity is None else self._quantity(quantity)
        if self.kind in ("sequence", "set"):
            return _several(plain, self.kind == "sequence")
        return ("text", bare_words(text))

    def same(self, one: str, other: str) -> bool:
        """Whether two answers say the same."""
        return self.form(one) == self.form(other)

    def _date(self, plain: str) -> Form | None:
        found = dates_of(plain)
        if not found:
            return None
        meant = next((date for date in self.dates if date in found), None)
        return ("date", meant) if meant else ("date", *sorted(found))

    def _anchor(self, gold: Quantity) -> Anchor:
        value, measures = self._measured(gold)
        unit = gold.unit or self.unit
        return Anchor(value, measures, gold.places, Fraction(1) if unit is None else unit.factor)

    def _measured(self, one: Quantity) -> tuple[Fraction, str]:
        """(value in the base unit, what it measures); a bare number is in the context's unit."""
        if one.unit is None and self.unit == PERCENT:
            share = abs(one.value) <= 1 and one.value.denominator > 1  # 0.25 or 1/4 where 25 % is meant
            return (one.value if share else PERCENT.base(one.value)), RATIO
        unit = one.unit or self.unit
        return (one.value, RATIO) if unit is None else (unit.base(one.value), unit.measures)

    def _quantity(self, one: Quantity) -> Form:
        value, measures = self._measured(one)
        noun = "" if one.noun in self.nouns else one.noun
        unit = one.unit or self.unit
        step = Fraction(1) if unit is None else unit.factor
        anchor = next((a for a in self.anchors if a.measures == measures and _rounds(value, one.places, step, a)), None)
        return ("quantity", value if anchor is None else anchor.value, measures, noun)


def _meant_dates(reference: str, answers: Sequence[str]) -> tuple[Date, ...]:
    """What a date may be meant by that can be read two ways: the reference, then what others say in clear, commonest
    first."""
    gold, said = dates_of(plain_writing(reference)), [dates_of(plain_writing(one)) for one in answers]
    clear = Counter(one[0] for one in said if len(one) == 1)
    others = sorted(clear, key=lambda date: (-clear[date], date))
    return tuple(dict.fromkeys((*gold, *others) if len(gold) == 1 else (*others, *gold)))


def _kind(plain: str) -> Kind:
    if _boolean(plain) is not None:
        return "boolean"
    if dates_of(plain):
        return "date"
    if quantity_of(plain) is not None:
        return "quantity"
    inside, bracket = _unbracketed(plain)
    elements = SEPARATED.split(inside)
    if bracket == "(" and len(elements) > 1:
        return "sequence"
    listed = len(elements) > 1 and all(0 < len(one.split()) <= LONGEST_ELEMENT for one in elements)
    return "set" if bracket in ("{", "[") or listed else "text"


def _boolean(plain: str) -> Form | None:
    first = FIRST_WORD.match(plain.casefold())
    word = first[1] if first else ""
    return ("boolean", word in YES) if word in YES | NO else None


def _asked(question: str) -> tuple[Unit | None, frozenset[str]]:
    """(the unit a question asks for, the nouns in it in the singular)."""
    nouns = frozenset(singular(word) for word in re.findall(r"[^\W\d_]+", question[-4_000:]))
    if PERCENTAGE.search(question):
        return PERCENT, nouns
    found = [unit_named(one) for one in HOW_MANY.findall(question)[-1:]]
    found += [unit_named(one) for one in reversed(ASKED_IN.findall(question))]
    if found[:1] == [None] and re.search(r"how many", question, re.IGNORECASE):
        return None, nouns
    unit = next((one for one in found if one is not None), None)
    money = [sign for sign in MONEY if sign in question]
    if unit is None and len(money) == 1 and re.search(r"how much", question, re.IGNORECASE):
        return SYMBOLS[money[0]], nouns
    return unit, nouns


def _commonest_unit(said: Sequence[Quantity]) -> Unit | None:
    counts = Counter(one.unit for one in said if one.unit is not None and one.unit != PERCENT)
    return min(counts, key=lambda unit: (-counts[unit], unit.measures, unit.factor), default=None)


def _repeats(value: Fraction) -> bool:
    """Whether no decimal number is as exact."""
    below = value.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below > 1


def _rounds(value: Fraction, places: int | None, step: Fraction, anchor: Anchor) -> bool:
    """Whether a value, written with so many decimals of ``step``, is the anchor, or either is the other rounded."""
    apart = abs(value - anchor.value)
    if not apart:
        return True
    fine = places is not None and places + (step == PERCENT.factor) >= FEWEST_PLACES
    if places is not None and fine and apart <= abs(step) * Fraction(1, 2 * 10**places):
        return abs(value) >= 10 * abs(step) / 10**places  # two digits that say something
    if anchor.places is None or anchor.places < FEWEST_PLACES:
        return False
    more_exact = _repeats(value) if places is None else places >= anchor.places + FURTHER
    return more_exact and apart <= anchor.step * Fraction(1, 2 * 10**anchor.places)


def _unbracketed(plain: str) -> tuple[str, str]:
    """(what stands in the brackets, the opening one), or the text itself and ""."""
    closing = BRACKETS.get(plain[:1], "")
    whole = closing and plain.endswith(closing) and plain.count(plain[0]) == 1
    return (plain[1:-1], plain[0]) if whole else (plain, "")


def _several(plain: str, ordered: bool) -> Form:
    inside, bracket = _unbracketed(plain)
    parts = [part for part in SEPARATED.split(inside)[:MOST_ELEMENTS] if part.strip()]
    elements = [_element(part) for part in parts]
    keep_order = ordered and bracket in ("(", "")
    return ("sequence", *elements) if keep_order else ("set", frozenset(elements))


def _element(part: str) -> Form:
    quantity = quantity_of(part.strip())
    if quantity is None:
        return ("text", bare_words(part))
    return ("quantity", quantity.base(), RATIO if quantity.unit is None else quantity.unit.measures, quantity.noun)
