"""What a router is made of, learned from some samples: maps of confidence, bins, and decisions for any budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaning.experts.cascade.chosen_bins import bins_by_cross_validation
from cleaning.experts.cascade.expert_answers import (
    AnswerRule,
    Answers,
    Calibrate,
    check_experts,
    confidence_rows,
    correct_rows,
    fit_rows,
    mapped_rows,
    standing,
)
from cleaning.experts.cascade.learning import (
    BinSums,
    Decisions,
    asked_shares,
    decisions_at,
    prices,
    stage_edges,
    summed,
)


@dataclass(frozen=True)
class LearnedPlan:
    """Learned on n samples. maps: of each expert's confidence. edges: of the bins at each stage. held, right: (M, n)
    confidence that stands after each expert and how right that answer is. calibrated: (M, n), NaN: abstained."""

    answer: AnswerRule
    costs: np.ndarray
    maps: list
    edges: list[np.ndarray]
    lessons: BinSums
    calibrated: np.ndarray
    held: np.ndarray
    right: np.ndarray

    def within(self, fraction: float) -> tuple[Decisions, float]:
        """The most generous decisions that spend at most this fraction of the possible extra cost, and what they spend."""
        most, best = fraction * float(self.costs[1:].sum()), self.row[0]
        for decisions, spent in self.row:
            if best[1] <= spent <= most + 1e-9:
                best = decisions, spent
        return best

    @cached_property
    def row(self) -> list[tuple[Decisions, float]]:
        """(decisions, extra cost a sample) at every price, first those that send nobody on."""
        found = [
            decisions_at(price, self.lessons, self.edges, self.costs)
            for price in prices(self.lessons, self.edges, self.costs)
        ]
        return [(d, float(asked_shares(d, self.lessons)[1:] @ self.costs[1:])) for d in found]

    def standing_on(self, confidence: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As ``standing``, of other samples' raw confidences (M, n) and answers or rights (M, n)."""
        return standing(mapped_rows(self.maps, confidence), values, self.answer)

    def last_asked(self, decisions: Decisions, held: np.ndarray) -> np.ndarray:
        """(n,) the last expert asked about each sample. held: (M, n) confidence that stands."""
        stage, going = np.zeros(held.shape[1], int), np.ones(held.shape[1], bool)
        for m, (pass_on, edges) in enumerate(zip(decisions, self.edges)):
            going &= pass_on[np.searchsorted(edges, held[m], side="left")]
            stage += going
        return stage


def learn_plan(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    *,
    answer: AnswerRule = "last",
    bins: int | None = None,
    calibrate: Calibrate,
) -> LearnedPlan:
    """Arguments as of ``learn_router``; bins None: chosen by cross-validation on these samples."""
    check_experts(experts, given_labels)
    costs = np.array([e.cost for e in experts], float)
    confidence, correct = confidence_rows(experts), correct_rows(experts, given_labels).astype(float)
    maps = fit_rows([e.name for e in experts], confidence, correct, calibrate)
    calibrated = mapped_rows(maps, confidence)
    held, right = standing(calibrated, correct, answer)
    edges = stage_edges(held, bins or bins_by_cross_validation(calibrated, correct, costs))
    return LearnedPlan(answer, costs, maps, edges, summed(edges, held, held), calibrated, held, right)
