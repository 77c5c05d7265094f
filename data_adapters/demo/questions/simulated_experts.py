"""Stand-ins for language models: answers drawn at random from the truth, always marked as simulated.

Each expert sees, for every option, a pull = strength on a right option + pull of the lure + noise, part of
the noise shared by all experts; its answer is the option with the largest pull. Shared noise and shared
difficulty make the experts err together, as real ones do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from data_adapters.demo.demo_folder import write_table
from data_adapters.demo.questions.planted_flaws import DemoQuestion

LETTERS = np.array(list("ABCDE"))
SHARED = 0.55  # share of the noise's variance that is the same for all experts
UNREADABLE = (
    "cannot be decided from the text",
    "the question is not clear to me",
    "none of them, it depends on the source",
    "...",
)


@dataclass(frozen=True)
class SimulatedExpert:
    """How strong an expert is, where it is weaker, and what it tells.

    strength: mean pull of the right option in standard deviations of the noise. weaker: subject -> less.
    sharpness: factor from pull to logit; a large one makes the expert over-confident, a small one modest.
    unreadable: share of answers that are no letter. silent: share of questions with no row at all.
    """

    name: str
    tells: Literal["logits", "probabilities", "top1", "votes"]
    strength: float
    sharpness: float
    family: str
    cost: float
    weaker: dict[str, float] = field(default_factory=dict)
    unreadable: float = 0.0
    silent: float = 0.0

    def description(self) -> dict:
        """The expert's entry in ``dataset.json``."""
        entry = {"score_kind": self.tells} if self.tells in ("logits", "probabilities") else {}
        return {**entry, "simulated": True, "family": self.family, "cost": self.cost}


EXPERTS = (
    SimulatedExpert("simulated_alpha", "logits", 4.6, 5.0, "simulated_large", 10.0, {"calendar": 1.2}),
    SimulatedExpert("simulated_beta", "logits", 4.0, 0.6, "simulated_large", 4.0, {"calendar": 0.9, "units": 0.3}),
    SimulatedExpert("simulated_gamma", "top1", 4.2, 6.0, "simulated_medium", 3.0, {"arithmetic": 0.8}),
    SimulatedExpert("simulated_delta", "votes", 3.8, 1.0, "simulated_medium", 2.0, {"chemistry": 0.8}, 0.03),
    SimulatedExpert("simulated_epsilon", "votes", 3.0, 1.0, "simulated_small", 0.5, {"geography": 0.5}, 0.05, 0.02),
    SimulatedExpert("simulated_zeta", "probabilities", 3.3, 3.0, "simulated_small", 1.0, {"arithmetic": 1.0}),
)


def write_experts(questions: list[DemoQuestion], folder: Path, seed: int) -> None:
    """One file per expert below ``folder``, in the kind of score it tells."""
    folder.mkdir()
    ids = np.array([question.sample_id for question in questions])
    for number, (expert, pull) in enumerate(zip(EXPERTS, draw_pulls(questions, seed))):
        random = np.random.default_rng([seed, 3, number])
        _WRITERS[expert.tells](folder / expert.name, expert, ids, pull, random)


def draw_pulls(questions: list[DemoQuestion], seed: int) -> list[np.ndarray]:
    """Per expert (N, 5) float64 pulls; -inf where a question has no such option."""
    random = np.random.default_rng([seed, 2])
    size = (len(questions), len(LETTERS))
    right = np.array([[place in question.right for place in range(size[1])] for question in questions])
    absent = np.arange(size[1]) >= np.array([len(question.options) for question in questions])[:, None]
    unclear = np.array([question.error_type == "bad_options_clarity" for question in questions])
    difficulty = random.gamma(1.5, 0.6, len(questions)) + unclear
    shared = np.sqrt(SHARED) * random.normal(size=size) + _lures(questions, random)
    pulls = []
    for expert in EXPERTS:
        strength = expert.strength - difficulty - [expert.weaker.get(q.subject, 0.0) for q in questions]
        own = np.sqrt(1 - SHARED) * random.normal(size=size)
        pulls.append(np.where(absent, -np.inf, right * strength[:, None] + shared + own))
    return pulls


def _lures(questions: list[DemoQuestion], random: np.random.Generator) -> np.ndarray:
    """(N, 5) extra pull on each question's most tempting wrong option, from 0 up to about 2."""
    pull = np.zeros((len(questions), len(LETTERS)))
    places = [question.lure for question in questions]
    pull[np.arange(len(questions)), places] = random.gamma(2.0, 0.4, len(questions))
    return pull


def _softmax(logits: np.ndarray) -> np.ndarray:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


Writer = Callable[[Path, SimulatedExpert, np.ndarray, np.ndarray, np.random.Generator], None]


def _write_full(
    stem: Path, expert: SimulatedExpert, ids: np.ndarray, pull: np.ndarray, random: np.random.Generator
) -> None:
    """Scores of every option with ids, in an order of their own; absent options are -inf (logits) or 0."""
    scores = pull * expert.sharpness
    if expert.tells == "probabilities":
        scores = _softmax(scores)
    order = random.permutation(len(ids))
    np.savez(stem.with_suffix(".npz"), sample_ids=ids[order], scores=scores[order].astype(np.float32))


def _write_top1(
    stem: Path, expert: SimulatedExpert, ids: np.ndarray, pull: np.ndarray, random: np.random.Generator
) -> None:
    """Letter and a confidence as models put it in words: in steps of 0.05, hardly ever below one half."""
    confidence = _softmax(pull * expert.sharpness).max(axis=1)
    spoken = np.round((0.45 + 0.54 * confidence) * 20) / 20
    columns = {
        "sample_id": ids,
        "predicted_class": _letters(pull),
        "predicted_probability": np.minimum(spoken, 0.99),
    }
    write_table(pd.DataFrame(columns), stem.with_suffix(".csv"))


def _write_votes(
    stem: Path, expert: SimulatedExpert, ids: np.ndarray, pull: np.ndarray, random: np.random.Generator
) -> None:
    """Letters only; some answers are no letter, and some questions have no row."""
    answers = _letters(pull).astype(object)
    unreadable = random.random(len(ids)) < expert.unreadable
    answers[unreadable] = random.choice(UNREADABLE, unreadable.sum())
    said = random.random(len(ids)) >= expert.silent
    write_table(pd.DataFrame({"sample_id": ids, "answer": answers})[said], stem.with_suffix(".csv"))


def _letters(pull: np.ndarray) -> np.ndarray:
    return LETTERS[pull.argmax(axis=1)]


_WRITERS: dict[str, Writer] = {
    "logits": _write_full,
    "probabilities": _write_full,
    "top1": _write_top1,
    "votes": _write_votes,
}
