"""The one scheme of verdicts, for images and questions, for every page, export and file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cleaning.errors import InputError

KEEP, RELABEL, SEVERAL_FIT, NONE_FITS = "keep", "relabel", "several_fit", "none_fits"
UNCLEAR_ITEM, UNCLEAR_OPTIONS, NEEDS_EXPERT = "unclear_item", "unclear_options", "needs_expert"
GRADER_WRONG, RIGHT_IS, NO_SINGLE_ANSWER = "grader_wrong", "right_is", "no_single_answer"
UNSURE, SKIP, LATER, UNDO = "unsure", "skip", "later", "undo"


@dataclass(frozen=True)
class Verdict:
    """One verdict.

    name: as stored. words: as shown. key: the fixed key of the review page ("" where the verdict follows from the
    classes picked). meaning: one line for the help. labels: how many class codes its decision carries.
    judges: whether it says anything about the given label.
    """

    name: str
    words: str
    key: str
    meaning: str
    labels: Literal["none", "given", "one", "several"] = "none"
    judges: bool = True


VERDICTS = (
    Verdict(KEEP, "Keep", "", "the given label is right", "given"),
    Verdict(RELABEL, "Relabel", "", "another label is right", "one"),
    Verdict(SEVERAL_FIT, "Several fit", "M", "more than one label is right: mark them, then Enter", "several"),
    Verdict(NONE_FITS, "None fits", "N", "no class or option is right"),
    Verdict(UNCLEAR_ITEM, "Unclear item", "Q", "the picture or the question itself cannot be understood"),
    Verdict(UNCLEAR_OPTIONS, "Unclear options", "O", "the classes or options are ambiguous or overlap"),
    Verdict(NEEDS_EXPERT, "Needs an expert", "X", "only somebody with more knowledge can tell"),
    Verdict(
        GRADER_WRONG,
        "Grader is wrong",
        "=",
        "right answers that say the same were judged apart: mark them",
        "several",
    ),
    Verdict(RIGHT_IS, "Right is …", "N", "all that is shown is wrong: write the right answer, then Enter", "one"),
    Verdict(NO_SINGLE_ANSWER, "No single answer", "O", "the question has no one right answer"),
    Verdict(UNSURE, "Unsure", "U", "you looked and cannot tell"),
    Verdict(SKIP, "Skip", "S", "you do not judge this one; it does not come back", judges=False),
    Verdict(LATER, "Later", "L", "comes back at the end of the queue", judges=False),
    Verdict(UNDO, "Undo", "Z", "takes your last decision back; as often as you like", judges=False),
)
BY_NAME = {v.name: v for v in VERDICTS}
OF_OPEN_ANSWERS = frozenset((GRADER_WRONG, RIGHT_IS, NO_SINGLE_ANSWER))  # the rest of the scheme is for all alike
OF_OPTIONS = frozenset((UNCLEAR_OPTIONS, NONE_FITS))  # which open answers have instead of these
UNFIT = frozenset((NONE_FITS, NO_SINGLE_ANSWER))  # no label is right


def verdicts_for(kind: str, open_answers: bool = False) -> tuple[Verdict, ...]:
    """The scheme for "image" or "question": only a question has options that could be unclear. open_answers: its options
    are groups of free answers."""
    if open_answers:
        return tuple(v for v in VERDICTS if v.name not in OF_OPTIONS)
    usual = (v for v in VERDICTS if v.name not in OF_OPEN_ANSWERS)
    return tuple(v for v in usual if kind == "question" or v.name != UNCLEAR_OPTIONS)


def verdict_for_picked(picked: Sequence[int], given: int) -> str:
    """The verdict that follows from the classes a reviewer says fit, without having seen the given label."""
    if not picked:
        return NONE_FITS
    if len(set(picked)) > 1:
        return SEVERAL_FIT
    return KEEP if picked[0] == given else RELABEL


def check_labels(verdict: str, labels: Sequence[int], given: int, class_count: int) -> None:
    """Raises InputError unless the class codes of a decision suit its verdict and exist (0 to class_count - 1)."""
    if verdict not in BY_NAME:
        raise InputError(f"'{verdict[:40]}' is not a verdict; expected one of {', '.join(BY_NAME)}.")
    outside = [label for label in labels if not 0 <= label < class_count]
    if outside:
        raise InputError(f"Class {outside[0]} does not exist; classes are 0 to {class_count - 1}.")
    if not _suits(BY_NAME[verdict].labels, list(labels), given):
        raise InputError(f"Verdict '{verdict}' does not go with classes {list(labels)[:5]}.")


def _suits(wanted: str, labels: list[int], given: int) -> bool:
    if wanted == "given":
        return labels == [given]
    if wanted == "one":
        return len(labels) == 1 and labels[0] != given
    if wanted == "several":
        return len(labels) > 1 and len(set(labels)) == len(labels)
    return not labels
