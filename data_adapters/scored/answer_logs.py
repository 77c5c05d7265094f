"""What logs and tables of free answers have in common, read two ways: marked by a verifier, or in groups to be cleaned."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cleaning.answers import AnswerGroups, Context, Told, grouped
from cleaning.domain.scored import ScoredAnswers, ScoredExpert
from cleaning.errors import InputError, counted, first_five
from data_adapters.sentences import listed


@dataclass(frozen=True)
class OpenQuestion:
    """text: what was asked. reference: as the source has it, "" where it has none. accepted: further answers that the
    source takes for right. group: a task or subject. own_id: what the original file calls it. code: whether answers
    are programs."""

    text: str
    reference: str
    accepted: tuple[str, ...] = ()
    group: str = ""
    own_id: str = ""
    code: bool = False


@dataclass(frozen=True)
class GivenAnswer:
    """text: the answer alone. confidence: 0..1, or None where it states none. score: the verifier's, 0..1, or None.
    results: of tests, in order."""

    text: str
    confidence: float | None = None
    score: float | None = None
    results: tuple[str, ...] = ()


@dataclass
class AnswerLog:
    """One expert's answers by sample id; several where it was asked the same several times."""

    expert: str
    path: Path
    simulated: bool = False
    cost: float | None = None
    family: str = ""
    questions: dict[str, OpenQuestion] = field(default_factory=dict)
    answers: dict[str, list[GivenAnswer]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, sample_id: str, question: OpenQuestion, answer: GivenAnswer) -> None:
        self.questions[sample_id] = question
        self.answers.setdefault(sample_id, []).append(answer)


def questions_of(logs: Sequence[AnswerLog]) -> dict[str, OpenQuestion]:
    """All questions; raises InputError where two logs give one id another question or reference."""
    questions: dict[str, OpenQuestion] = {}
    for log in logs:
        other = [i for i, asked in log.questions.items() if i in questions and _differ(asked, questions[i])]
        if other:
            raise InputError(
                f"Expert '{log.expert}' was asked other questions, or held against other references, than "
                f"'{logs[0].expert}' under {counted(len(other), 'id')}: {listed(other)} Use runs of the same version of "
                "the task."
            )
        questions = log.questions | questions
    if not questions:
        raise InputError("There is no answer to any question. Expected questions with answers in words.")
    return questions


def _differ(one: OpenQuestion, other: OpenQuestion) -> bool:
    return (one.text, one.reference) != (other.text, other.reference)


def one_answer(question: OpenQuestion, answers: Sequence[GivenAnswer]) -> GivenAnswer:
    """What an expert says that was asked once, or several times: then its commonest answer, as sure as it is common,
    with the mean of the scores that this answer got."""
    if len(answers) == 1:
        return answers[0]
    groups = groups_of(question, answers, "")
    said = [place for place in groups.places if place >= 0]
    if not said:
        return answers[0]
    best = max(said, key=said.count)
    same = [one for one, place in zip(answers, groups.places) if place == best]
    scores = [one.score for one in same if one.score is not None]
    mean = float(np.mean(scores)) if scores else None
    return replace(same[0], confidence=len(same) / len(answers), score=mean)


def groups_of(question: OpenQuestion, answers: Sequence[GivenAnswer], key: str) -> AnswerGroups:
    """The groups of the answers to one question."""
    told = [
        Told(one.text, one.results, one.score == 1 if question.code and one.score is not None else None)
        for one in answers
    ]
    told = [_accepted(question, one) for one in told] if question.accepted else told
    return grouped(Told(question.reference), told, question.text, key)


def _accepted(question: OpenQuestion, one: Told) -> Told:
    """Further answers that are taken for right stand for the reference."""
    said = (question.reference, *question.accepted)
    right = any(Context.of(gold, question.text, [one.text]).same(gold, one.text) for gold in said)
    return replace(one, text=question.reference) if right and one.text.strip() else one


def scored_answers(logs: Sequence[AnswerLog], name: str) -> ScoredAnswers:
    """The logs as answers that a verifier has marked. Raises InputError where one has no mark at all."""
    questions = questions_of(logs)
    ids = np.array(list(questions), object)
    notes = [note for log in logs for note in log.notes]
    experts = []
    for log in logs:
        said = [one_answer(questions[i], log.answers[i]) if i in log.answers else None for i in questions]
        marked = [one is not None and one.score is not None for one in said]
        if not any(marked):
            raise InputError(
                f"Expert '{log.expert}': no answer bears a score. Give logs with the harness's own marks, such as "
                "exact_match or pass@1, or a column 'correct' or 'score'."
            )
        sure = [one.confidence if one is not None else None for one in said]
        certain = all(c is None for c, there in zip(sure, marked) if there)
        confidence = [(1.0 if certain else np.nan if c is None else c) if m else np.nan for c, m in zip(sure, marked)]
        score = [one.score if one is not None and one.score is not None else np.nan for one in said]
        texts = np.array(["" if one is None else one.text for one in said], object)
        experts.append(ScoredExpert(log.expert, np.array(confidence, float), np.array(score, float), texts))
        notes += _notes(log.expert, len(ids), int(sum(marked)), certain)
    return ScoredAnswers(name, ids, tuple(experts), None, tuple(dict.fromkeys(notes)))


def _notes(expert: str, samples: int, marked: int, certain: bool) -> list[str]:
    silent = samples - marked
    notes = [f"Expert '{expert}' has no score for {silent:,} of {samples:,} samples; there it abstains."]
    notes = notes if silent else []
    if certain:
        notes.append(f"Expert '{expert}' states no confidence: its answers can be sent on only as a whole.")
    return notes


def unreferenced(questions: dict[str, OpenQuestion]) -> list[str]:
    """Ids of questions without a reference, which nothing can be held against."""
    return [i for i, asked in questions.items() if not asked.reference.strip()]


def refuse_without_references(questions: dict[str, OpenQuestion]) -> None:
    """Raises InputError where no question has a reference."""
    without = unreferenced(questions)
    if len(without) == len(questions):
        raise InputError(
            f"No question has a reference answer: {first_five(without)}. To find wrong references there have to be some; "
            "calibration and the cascade do without, if answers are marked."
        )
