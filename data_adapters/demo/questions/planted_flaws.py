"""Gives a draft its letters and, where asked, one planted flaw."""

from dataclasses import dataclass
from random import Random

from data_adapters.demo.questions.draft import Draft

# How many of each error type a subject gets; "units" has far more wrong keys, as a careless source would.
FLAWS = {
    "arithmetic": {"wrong_groundtruth": 2, "no_correct_answer": 1, "multiple_correct_answers": 1},
    "units": {"wrong_groundtruth": 13, "no_correct_answer": 1, "bad_options_clarity": 1},
    "calendar": {"wrong_groundtruth": 2, "no_correct_answer": 1, "multiple_correct_answers": 1},
    "chemistry": {
        "wrong_groundtruth": 3,
        "no_correct_answer": 1,
        "multiple_correct_answers": 1,
        "bad_options_clarity": 1,
    },
    "geography": {"wrong_groundtruth": 2, "multiple_correct_answers": 1, "bad_options_clarity": 1},
}
LURED_KEY = 0.6  # share of wrong keys that fall on the most tempting distractor


@dataclass(frozen=True)
class DemoQuestion:
    """One finished question.

    right: places of the truly right options (none or two where flawed). given: place of the published key.
    lure: place of the most tempting wrong option. error_type: "ok" or the planted flaw.
    """

    sample_id: str
    subject: str
    topic: str
    stem: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    given: int
    lure: int
    error_type: str


def plant(
    draft: Draft, sample_id: str, subject: str, count: int, place: int, error_type: str, random: Random
) -> DemoQuestion:
    """The draft with ``count`` options, the right one at ``place``, spoilt as ``error_type`` says."""
    options, lure = _lay_out(draft, count, place, random)
    right: tuple[int, ...] = (place,)
    given = place
    if error_type == "wrong_groundtruth":
        given = _wrong_key(count, place, lure, random)
    elif error_type == "no_correct_answer":
        options[place] = _spare(draft, options)
        right = ()
    elif error_type == "multiple_correct_answers":
        second = random.choice([i for i in range(count) if i not in (place, lure)])
        options[second] = random.choice(draft.also_right)
        right = tuple(sorted((place, second)))
    elif error_type == "bad_options_clarity":
        options[place] = f"{options[place]} or {_spare(draft, options)}"
    return DemoQuestion(sample_id, subject, draft.topic, draft.stem, tuple(options), right, given, lure, error_type)


def _lay_out(draft: Draft, count: int, place: int, random: Random) -> tuple[list[str], int]:
    """Options in order, and the place of the most tempting wrong one (always among them)."""
    wrong = [draft.wrong[0], *random.sample(draft.wrong[1:], count - 2)]
    random.shuffle(wrong)
    options = [*wrong[:place], draft.answer, *wrong[place:]]
    return options, options.index(draft.wrong[0])


def _spare(draft: Draft, options: list[str]) -> str:
    """A wrong answer that is no option yet."""
    return next(answer for answer in draft.wrong if answer not in options)


def _wrong_key(count: int, place: int, lure: int, random: Random) -> int:
    if random.random() < LURED_KEY:
        return lure
    return random.choice([i for i in range(count) if i != place])
