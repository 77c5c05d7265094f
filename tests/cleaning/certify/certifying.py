"""A planted run, its samples' truth, and reviewers who decide as they are told."""

from dataclasses import dataclass

import numpy as np

from cleaning.keep.decisions import Decision
from cleaning.keep.workspaces import create_workspace
from cleaning.review.in_force import InForce, in_force
from cleaning.suspect import pipeline
from tests.cleaning.export.making import decide
from tests.factories import planted_dataset

SAMPLES, BUDGET = 1_200, 150


@dataclass(frozen=True)
class PlantedRun:
    """now: in force before any decision. truth, by_rank: (N,) right classes by row; rows by rank."""

    workspace: object
    now: InForce
    truth: np.ndarray
    by_rank: np.ndarray

    def verdict(
        self, row: int, reviewer: str = "ann", number: int = 0, wrongly: bool = False, card: str = "audit"
    ) -> Decision:
        """A reviewer who is right, or wrongly the other way round."""
        dataset, given = self.now.dataset, int(self.now.dataset.given_labels[row])
        fits = int(self.truth[row])
        if wrongly:
            fits = given if fits != given else (given + 1) % dataset.class_count
        kind = "keep" if fits == given else "relabel"
        return decide(
            str(dataset.sample_ids[row]), kind, [fits], reviewer, number, run_id=self.now.run.id, card="audit"
        )

    def reviewed(self, random_cards: int, top: int = BUDGET) -> list[Decision]:
        """The most suspicious samples, then so many further random cards, each once."""
        drawn = self.now.ranked.audit.rows
        behind = drawn[self.now.ranked.ranking.rank[drawn] >= top][:random_cards]
        rows = [*self.by_rank[:top], *behind]
        return [self.verdict(int(row), number=i) for i, row in enumerate(rows)]

    def after(self, decisions: list[Decision], **more) -> InForce:
        return in_force(self.workspace, self.now.run, decisions, None, ranked=self.now.ranked, **more)


def planted_run(folder) -> PlantedRun:
    planted = planted_dataset(n=SAMPLES, classes=4, experts=4, error_rate=0.08, seed=3)
    workspace = create_workspace(folder, planted.dataset, planted.experts)
    scored = pipeline.run(planted.dataset, planted.experts, pipeline.Settings(budget=BUDGET))
    run = workspace.save_run(scored, planted.experts)
    now = in_force(workspace, run, (), None)
    return PlantedRun(workspace, now, planted.truth, now.ranked.ranking.rows)
