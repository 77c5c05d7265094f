"""A question before it gets its letters: stem, right answer and tempting wrong answers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

FEWEST_WRONG = 5  # four distractors beside the answer, and one to stand in where the answer is taken away


@dataclass(frozen=True)
class Draft:
    """One question from facts, without order, letters or flaws.

    wrong: at least FEWEST_WRONG answers, none of them right, the most tempting first.
    also_right: further right answers in other words or of the same set; never an option unless planted as a
    flaw.
    """

    topic: str
    stem: str
    answer: str
    wrong: tuple[str, ...]
    also_right: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = (self.answer, *self.wrong, *self.also_right)
        if len(set(said)) < len(said) or len(self.wrong) < FEWEST_WRONG:
            raise ValueError(f"needs {FEWEST_WRONG} wrong answers, all answers different: {self.stem!r} {said}")


Maker = Callable[[Random], Draft]


def draw(random: Random, makers: dict[Maker, int]) -> list[Draft]:
    """As many drafts of each maker as asked for, no stem twice."""
    drafts: dict[str, Draft] = {}
    for make, count in makers.items():
        wanted = len(drafts) + count
        for _ in range(200 * count):
            if len(drafts) == wanted:
                break
            draft = make(random)
            drafts.setdefault(draft.stem, draft)
        else:
            raise ValueError(f"{make.__name__} has too few different questions for {count}")
    return list(drafts.values())


def first_different(answer: object, candidates: Iterable, count: int = 6) -> list:
    """The first ``count`` candidates equal neither to the answer nor to one another (2 equals 4/2)."""
    kept: list = []
    for candidate in candidates:
        if candidate != answer and candidate not in kept:
            kept.append(candidate)
        if len(kept) == count:
            break
    return kept


def near_numbers(answer: int, step: int = 1) -> Iterator[int]:
    """Positive whole numbers ever farther from the answer: the filler behind the typical mistakes."""
    for distance in range(step, 12 * step, step):
        yield answer + distance
        if answer > distance:
            yield answer - distance


def number_draft(topic: str, stem: str, answer: int, mistakes: Iterable[int], step: int = 1) -> Draft:
    """A question with a whole number as answer; mistakes that come out right or not positive are left out."""
    candidates = [m for m in mistakes if m > 0]
    wrong = first_different(answer, [*candidates, *near_numbers(answer, step)])
    return Draft(topic, stem, f"{answer:,}", tuple(f"{w:,}" for w in wrong))


def code_block(*lines: str) -> str:
    """A fenced Python block for a stem."""
    return "\n".join(("```python", *lines, "```"))
