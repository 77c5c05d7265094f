"""Given labels that are free texts and no classes: an answer that is none of them is wrong there, and not missing."""

import numpy as np

from cleaning.errors import InputError, counted

FEWEST = 20  # samples, below which nearly every label may be another by chance
NEARLY_ALL = 0.5  # of the samples, that have a label of their own
SLIPS = 0.05  # of the answers, that may be none of the labels


def refuse_free_labels(name: str, given: np.ndarray, class_count: int, unreadable: int, answers: int) -> None:
    """Raises InputError where classes are the labels themselves, nearly all of them different, and answers are none.

    given: (N,) class numbers. unreadable: how many of an expert's ``answers`` are no class.
    """
    labels = len(np.unique(given))
    if (
        len(given) < FEWEST
        or labels != class_count
        or labels <= NEARLY_ALL * len(given)
        or unreadable <= SLIPS * answers
    ):
        return
    raise InputError(
        f"Given labels are texts rather than classes: {labels:,} different ones for {counted(len(given), 'sample')}. "
        f"{unreadable:,} of {counted(answers, 'answer')} of expert '{name}' are none of them; those are wrong, and would "
        "count as missing. Say for each answer whether it is right: labels that are all 'right', predicted classes "
        "'right' or 'wrong', and a list of these two classes."
    )
