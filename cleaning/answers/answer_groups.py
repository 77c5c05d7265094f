"""A sample's answers in groups that say the same; the groups are what a question's options are.

Symbols: M answers to one question, G groups.
"""

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from cleaning.answers.equivalence import Context
from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS

ANOTHER = "(another answer)"  # the last option of every sample: what nobody answered may be right as well
MOST_GROUPS = len(OPTION_LETTERS) - 1
LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Told:
    """What an answerer, or the reference, says. results: of the tests of code, in order; () where there are none.
    passed: whether all its tests passed, where only that is known."""

    text: str
    results: tuple[str, ...] = ()
    passed: bool | None = None


@dataclass(frozen=True)
class AnswerGroups:
    """options: (G + 1,) a text for each group and ANOTHER, in an order that tells nothing. reference: the reference's
    place among them. places: (M,) the group of each answer, ABSTAIN where there is none."""

    options: tuple[str, ...]
    reference: int
    places: tuple[int, ...]


def grouped(reference: Told, answers: Sequence[Told], question: str = "", key: str = "") -> AnswerGroups:
    """Answers by equivalence. key: a text of the sample's own, by which the groups are shuffled.

    Of more than 25 groups those with the most answers stand for themselves, the rest is in ANOTHER. An option's text is
    the shortest of its group's writings, so that it does not tell which one the reference is.
    """
    forms = _forms(reference, answers, question)
    counts = Counter(form for form, one in zip(forms[1:], answers) if _said(one))
    kept = [forms[0], *(form for form, _ in counts.most_common() if form != forms[0])][:MOST_GROUPS]
    writings: dict[Hashable, list[str]] = {form: [] for form in kept}
    for form, one in zip(forms, [reference, *answers]):
        if form in writings and one.text.strip():
            writings[form].append(_shown(one.text))
    shown = {form: min(texts, key=lambda text: (len(text), text)) if texts else "?" for form, texts in writings.items()}
    order = sorted(kept, key=lambda form: _shuffled(key, shown[form]))
    place = {form: at for at, form in enumerate(order)}
    places = tuple(place.get(form, len(order)) if _said(one) else ABSTAIN for form, one in zip(forms[1:], answers))
    return AnswerGroups((*(shown[form] for form in order), ANOTHER), place[forms[0]], places)


def _forms(reference: Told, answers: Sequence[Told], question: str) -> list[Hashable]:
    """The reference's and each answer's. Where answers are code, what their tests said is what they say."""
    if any(one.results or one.passed is not None for one in answers):
        return [("passed",), *map(_of_code, answers)]
    context = Context.of(reference.text, question, [one.text for one in answers])
    return [context.form(reference.text), *(context.form(one.text) for one in answers)]


def _of_code(one: Told) -> Hashable:
    if one.passed or (one.results and set(one.results) <= {"passed"}):
        return ("passed",)
    return ("failed", one.results) if one.results else ("failed", _without_blanks(one.text))


def _without_blanks(code: str) -> str:
    lines = (line.partition("#")[0].rstrip() for line in code.splitlines())
    return "\n".join(line for line in lines if line.strip())


def _said(one: Told) -> bool:
    return bool(one.text.strip() or one.results or one.passed is not None)


def _shown(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"


def _shuffled(key: str, text: str) -> bytes:
    return hashlib.sha256(f"{key}\0{text}".encode()).digest()
