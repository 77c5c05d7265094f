"""What experts are joined to, and their answers that are no class: refused where they are too many to be slips.

Given labels may be free texts and no classes: an answer that is none of them is wrong there, and not missing.
"""

from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import labels_are_references
from cleaning.errors import InputError, counted, first_five
from data_adapters.joining.class_codes import OUT_OF_RANGE, UNREADABLE, Codes
from data_adapters.joining.samples import Samples
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import shortened

FEWEST = 20  # samples, below which nearly every label may be another by chance
SLIPS = 0.05  # of the answers, that may be none of the labels
MOST_WRONG_IN_WORDS = 0.95  # of answers in free words may equal no label at all; more is a file of something else


class FreeLabels(InputError):
    """Given labels are answers in free words and no classes: what experts answer is to be grouped."""


@dataclass(frozen=True)
class Frame:
    """What experts are joined to: N samples, K class names, (N,) given class numbers."""

    samples: Samples
    class_names: tuple[str, ...]
    given: np.ndarray

    @property
    def sample_ids(self) -> np.ndarray:
        return self.samples.ids

    @property
    def answers_are_free(self) -> bool:
        """Whether labels are answers in free words, nearly each of its own: a wrong answer then equals no label."""
        return self.samples.options is None and labels_are_references(len(self.class_names), len(self.given))


def refuse_or_note(name: str, file: str, frame: Frame, codes: Codes, text: np.ndarray, plan: ReadingPlan) -> list[str]:
    """What is said about answers that are no class; raises InputError where they are too many to be slips."""
    given = int((text != "").sum())
    bad = np.flatnonzero((codes.codes == UNREADABLE) | (codes.codes == OUT_OF_RANGE))
    if not given:
        raise InputError(f"Expert '{name}' ({file}) has no answer for any sample.")
    if frame.samples.options is None and not (plan.options.as_is or plan.options.free_answers):
        _refuse_free_labels(name, frame, len(bad), given)
    if len(bad) > (MOST_WRONG_IN_WORDS if frame.answers_are_free else 0.5) * given:
        raise InputError(
            f"Expert '{name}': {len(bad):,} of {counted(given, 'answer')} are no class: "
            f"{_quoted(text[bad])}. Classes are {first_five(frame.class_names)}, or numbers from 0."
        )
    _refuse_numbers_out_of_range(name, frame, codes, text)
    if not len(bad):
        return []
    return [
        f"Expert '{name}': {counted(len(bad), 'answer')} could not be read as a class "
        f"({_quoted(text[bad])}); for cleaning it abstains there, in a cascade it is wrong."
    ]


def _refuse_numbers_out_of_range(name: str, frame: Frame, codes: Codes, text: np.ndarray) -> None:
    outside = codes.where(OUT_OF_RANGE)
    one_based = not (codes.codes == 0).any()
    slips = frame.samples.options is not None and not (one_based and codes.written_as == "0-based numbers")
    if len(outside) and not slips:
        hint = " They look 1-based: subtract 1." if one_based else ""
        raise InputError(
            f"Expert '{name}' predicts class numbers outside 0 to {len(frame.class_names) - 1} for "
            f"{counted(len(outside), 'sample')}: {first_five(frame.sample_ids[outside])} "
            f"({_quoted(text[outside])}).{hint}"
        )


def _quoted(values: np.ndarray) -> str:
    return first_five(f"'{shortened(value)}'" for value in dict.fromkeys(values))


def _refuse_free_labels(name: str, frame: Frame, unreadable: int, answers: int) -> None:
    """Raises InputError where classes are the labels themselves, nearly all of them different, and answers are none.

    unreadable: how many of an expert's ``answers`` are no class.
    """
    samples, labels = len(frame.given), len(np.unique(frame.given))
    named_alone = labels != len(frame.class_names)  # some classes are only named, so that they are a list of classes
    if samples < FEWEST or named_alone or not frame.answers_are_free or unreadable <= SLIPS * answers:
        return
    raise FreeLabels(
        f"Given labels are texts rather than classes: {labels:,} different ones for {counted(samples, 'sample')}. "
        f"{unreadable:,} of {counted(answers, 'answer')} of expert '{name}' are none of them; those are wrong, and would "
        "count as missing. Call the column 'reference', so that answers that say the same are taken together; or give each "
        "sample its options."
    )
