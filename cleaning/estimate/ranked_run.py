"""A run as estimates want it: its samples by suspicion, which of them its rule may flag, and its random cards.

Under the default rule every sample may be flagged. Under the paper's rule only those may on which at least K experts
agree, each at least tau sure; a threshold then takes the most suspicious of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from cleaning.domain.card_kinds import MAYBE_RANDOM
from cleaning.estimate.flag_counts import ThresholdCurve, agreeing, curve_of
from cleaning.estimate.planning import PriorBand, prior_band
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, rank_suspicion


@dataclass(frozen=True)
class RankedRun:
    """What never changes about a run, worked out once.

    ranking: its samples by suspicion. audit: its cards drawn at random. as_made: (N,) bool, flagged when it was made.
    own_threshold: the threshold it was made with. flaggable: (N,) bool, what its rule allows to be flagged; None where
    it allows every sample.
    """

    ranking: Ranking
    audit: AuditDesign
    as_made: np.ndarray
    own_threshold: float
    flaggable: np.ndarray | None = None
    _guesses: dict[float, PriorBand] = field(default_factory=dict, repr=False, compare=False)

    def flagged_at(self, threshold: float) -> np.ndarray:
        """(N,) bool in the dataset's order."""
        flagged = np.zeros(len(self.ranking), bool)
        flagged[self.ranking.rows[: int(self.ranking.flagged_counts(np.array([threshold]))[0])]] = True
        return flagged if self.flaggable is None else flagged & self.flaggable

    def flagged_count(self, threshold: float) -> int:
        """Samples flagged at a threshold."""
        return self.curve.flagged_at(threshold)

    @cached_property
    def curve(self) -> ThresholdCurve:
        """From threshold to flagged samples."""
        return curve_of(self.ranking.suspicion[self.ranking.rank], self.flaggable)

    @cached_property
    def made_by_threshold(self) -> bool:
        """Whether what the run flagged when it was made is what its own threshold flags; a budget can part equals."""
        return bool(np.array_equal(self.as_made, self.flagged_at(self.own_threshold)))

    def guess(self, threshold: float) -> PriorBand:
        """What might be true at a threshold before any review."""
        if threshold not in self._guesses:
            self._guesses[threshold] = prior_band(self.audit, self.ranking, threshold, flaggable=self.flaggable)
        return self._guesses[threshold]


def ranked_run(run: Run, given_labels: np.ndarray) -> RankedRun:
    """A run by what it keeps on disk. given_labels: (N,) class codes."""
    as_made, order = np.empty(len(run.scores), bool), run.scores["row"].to_numpy()
    as_made[order] = run.scores["flagged"].to_numpy(bool)
    flaggable = None
    if run.settings.rule == "paper":
        agree = run.settings.agree_of(len(run.expert_names))
        flaggable = agreeing(run.predicted, run.confidence, given_labels, agree, run.settings.min_confidence)
    ranking, audit = rank_suspicion(run.suspicion, order), AuditDesign.from_frame(run.audit)
    return RankedRun(ranking, audit, as_made, run.threshold, flaggable)


def reviewed_runs(
    workspace: Workspace, run_id: str, ranked: RankedRun, decisions: Sequence[Decision]
) -> dict[str, RankedRun]:
    """Other runs of the workspace whose random cards somebody decided, oldest first; of those that drew by the same
    lots (as runs once did) only one, as two say no more than one."""
    reviewed = {d.run_id for d in decisions if d.card in MAYBE_RANDOM} - {run_id}
    found: dict[str, RankedRun] = {}
    seeds = {ranked.audit.seed}
    for other_id in workspace.run_ids() if reviewed else ():
        if other_id in reviewed:
            other = _ranked_once(workspace, other_id)
            if other.audit.seed not in seeds:
                seeds.add(other.audit.seed)
                found[other_id] = other
    return found


@lru_cache(maxsize=4)
def _ranked_once(workspace: Workspace, run_id: str) -> RankedRun:
    return ranked_run(workspace.run(run_id), workspace.dataset().given_labels)
