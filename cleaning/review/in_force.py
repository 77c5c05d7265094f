"""What is in force for a run: which threshold, which samples are flagged, which decisions count, what follows of it.

Everybody who needs one of these asks here: the queue, the desk, every page, every command, the card and the exports.
A decision judges a sample's given label, whichever run showed the card: decisions of all runs count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import BY_NAME, UNDO
from cleaning.estimate.answers import Estimate
from cleaning.estimate.audit_cards import AuditCards, cards_that_count
from cleaning.estimate.bands import Bands, Reached, Said, estimate_of, guess_of, reach
from cleaning.estimate.counted_verdicts import CountedVerdicts, OtherDesign, count_verdicts
from cleaning.estimate.estimating import estimate, estimate_exchange, estimate_rule
from cleaning.estimate.flag_counts import ASSUMED_SECONDS, seconds_per_card
from cleaning.estimate.intervals import Interval
from cleaning.estimate.outlook import Stretch, outlook
from cleaning.estimate.planning import CardsNeeded, PriorBand, cards_to_halve
from cleaning.estimate.ranked_run import RankedRun, ranked_run
from cleaning.estimate.recalibration import Recalibration, recalibrate
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import BLIND, SEEN, Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import Chosen, ChosenThreshold
from cleaning.review.views import lot
from cleaning.settle.anchoring import Anchoring, anchoring_of
from cleaning.settle.final_labels import ADJUDICATION
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.settle.verdict_codes import verdict_codes

SHOWN_AT_RANDOM = ("audit", "grid")  # Decision.card of what may have come up as a card drawn at random
NOT_BY_LOT = ("grid", ADJUDICATION)  # Decision.card of what shows labels or votes by its nature


@dataclass(frozen=True)
class Pace:
    """Seconds a card needs, and how that is known: "set", "measured" or "assumed"."""

    seconds: float
    known: str


@dataclass(frozen=True)
class InForce:
    """A run with the log and the choices as they stood at one moment; everything else follows and is kept.

    decisions: the workspace's whole log, in order, undos included. chosen: for this run. open_shares: by run id the
    largest share of blind cards ever shown open by lot. ranked: what never changes about the run. others: the same of
    other runs that people reviewed, by id: what they drew at random counts for this run too. asked: a threshold to look
    at in place of the chosen one.
    """

    dataset: Dataset
    run: Run
    decisions: Sequence[Decision]
    chosen: Chosen
    open_shares: Mapping[str, float]
    ranked: RankedRun
    others: Mapping[str, RankedRun] = field(default_factory=dict)
    policy: Policy = DEFAULT_POLICY
    asked: float | None = None

    # -- threshold and flags -------------------------------------------------------------------------------------

    @property
    def choice(self) -> ChosenThreshold | None:
        """The threshold that somebody chose; None while the run's own is in force."""
        return self.chosen.threshold

    @property
    def threshold(self) -> float:
        """Suspicion from which samples are flagged, in full precision."""
        if self.asked is not None:
            return self.asked
        return self.choice.threshold if self.choice else self.run.threshold

    @property
    def as_made(self) -> bool:
        """Whether the flags are those that the run was made with."""
        return self.asked is None and self.choice is None

    @cached_property
    def flagged(self) -> np.ndarray:
        """(N,) bool in the dataset's order."""
        return self.ranked.as_made if self.as_made else self.ranked.flagged_at(self.threshold)

    @property
    def flagged_count(self) -> int:
        return int(self.flagged.sum())

    @property
    def budget(self) -> int:
        """Samples to compare lists by: as many as are flagged, at least one."""
        return max(1, self.flagged_count)

    def at(self, threshold: float) -> "InForce":
        """The same with another threshold, as if it were chosen."""
        other = replace(self, asked=float(threshold))
        vars(other).update((name, vars(self)[name]) for name in WHATEVER_THE_THRESHOLD if name in vars(self))
        return other

    @cached_property
    def audited(self) -> np.ndarray | None:
        """(N,) bool, samples that can be shown, of which alone the estimates speak; None: all."""
        return None if self.dataset.showable.all() else self.dataset.showable

    # -- decisions -----------------------------------------------------------------------------------------------

    @cached_property
    def codes(self) -> np.ndarray:
        """(N,) what the reviews say of each given label: 0 right, 1 wrong, 2 unsure, NaN not reviewed."""
        return verdict_codes(self.dataset, self.decisions, self.policy)

    @cached_property
    def earlier_codes(self) -> np.ndarray:
        """(N,) the same as it stood at half the decisions."""
        return verdict_codes(self.dataset, self.decisions[: len(self.decisions) // 2], self.policy)

    @cached_property
    def said(self) -> Said:
        """The codes, and which of them may stand for samples that nobody looked at."""
        return self._said(self.decisions, self.codes)

    @cached_property
    def said_earlier(self) -> Said:
        return self._said(self.decisions[: len(self.decisions) // 2], self.earlier_codes)

    def _said(self, decisions: Sequence[Decision], codes: np.ndarray) -> Said:
        others = [
            OtherDesign(other.audit, other.ranking, shown_by(run_id, self.dataset, decisions))
            for run_id, other in self.others.items()
        ]
        options = {"shown_here": shown_by(self.run.id, self.dataset, decisions), "others": others}
        audit, ranking = self.ranked.audit, self.ranked.ranking
        return Said(codes, count_verdicts(audit, codes, ranking, audited=self.audited, **options))

    @cached_property
    def pace(self) -> Pace:
        """How long a card takes: as somebody set it, else as the log measured it, else assumed by kind."""
        if self.chosen.seconds_per_card:
            return Pace(self.chosen.seconds_per_card, "set")
        measured = seconds_per_card([d.seconds for d in self.decisions if BY_NAME[d.verdict].judges])
        return Pace(measured, "measured") if measured else Pace(ASSUMED_SECONDS[self.dataset.kind], "assumed")

    @cached_property
    def anchoring(self) -> Anchoring:
        """What seeing the given label does to decisions, over all reviewers and runs."""
        current = CurrentDecisions()
        current.update(self.decisions)
        return self.anchoring_in(current.standing())

    def anchoring_in(self, standing: Iterable[Decision]) -> Anchoring:
        """The same in standing decisions that the caller keeps up to date."""
        drawn = [d for d in standing if drawn_by_lot(d, self.open_shares)]
        rows = pd.Index(self.dataset.sample_ids).get_indexer([d.sample_id for d in drawn])
        given = self.dataset.given_labels
        return anchoring_of((d, int(given[row])) for d, row in zip(drawn, rows) if row >= 0)

    # -- estimates -----------------------------------------------------------------------------------------------

    @property
    def counted_verdicts(self) -> CountedVerdicts:
        """Which verdicts may stand for samples that nobody looked at."""
        return self.said.counted

    @property
    def reviewed_count(self) -> int:
        """Samples that anybody decided."""
        return int((~np.isnan(self.codes)).sum())

    @cached_property
    def random_cards(self) -> AuditCards | None:
        """The cards that count as a random sample of the dataset; None where a stratum has none."""
        return cards_that_count(self.counted_verdicts, self.ranked.ranking)

    @cached_property
    def estimate(self) -> Estimate:
        """How right the flags are, how many of the wrong labels they hold, and how many there are."""
        cards, counted = (self.ranked.audit, self.codes, self.ranked.ranking), self.counted_verdicts
        if self.as_made and not self.ranked.made_by_threshold:  # a budget that parts equal suspicions
            return replace(estimate_rule(*cards, self.flagged, counted=counted), threshold=self.threshold)
        return estimate(*cards, self.threshold, may_flag=self.ranked.may_flag, counted=counted)

    @property
    def guess(self) -> PriorBand:
        """What might be true before there is an estimate."""
        return self.ranked.guess(self.threshold)

    @cached_property
    def bands(self) -> Bands:
        """Precision and detection rate at every threshold: estimates where reviews allow them, else the guess."""
        told = estimate_of(self.ranked, self.threshold, self.said, self.said_earlier)
        return told or guess_of(self.ranked, self.threshold)

    def reach(self, quantity: str, target: float, confidence: float | None = 0.95) -> Reached:
        """The threshold that reaches a target of "precision" or "detection"; confidence None: by the best value."""
        return reach(quantity, target, confidence, self.ranked, self.said)

    @cached_property
    def recalibration(self) -> Recalibration | None:
        """Suspicion as a probability; None before there are random cards enough."""
        return recalibrate(self.counted_verdicts, self.ranked.ranking)

    @cached_property
    def outlook(self) -> list[Stretch]:
        """What the next cards bring; nothing before suspicion is recalibrated."""
        if self.recalibration is None:
            return []
        return outlook(self.recalibration, self.ranked.ranking, self.codes, self.flagged)

    @cached_property
    def cards_to_halve(self) -> CardsNeeded:
        """Further random cards that would halve the bands of the estimate."""
        now = (self.estimate, self.counted_verdicts)
        return cards_to_halve(self.ranked.audit, self.ranked.ranking, *now, may_flag=self.ranked.may_flag)

    def exchange(self, leaving: np.ndarray, coming: np.ndarray) -> Interval | None:
        """How many more wrong labels ``leaving`` ((N,) bool) holds than ``coming``; None before there is an estimate."""
        if not self.estimate.enough:
            return None
        return estimate_exchange(
            self.ranked.audit, self.codes, self.ranked.ranking, leaving, coming, counted=self.counted_verdicts
        )


WHATEVER_THE_THRESHOLD = ("codes", "earlier_codes", "said", "said_earlier", "pace", "anchoring", "recalibration")


def in_force(
    workspace: Workspace,
    run: Run,
    decisions: Sequence[Decision],
    choices: pd.DataFrame | None,
    policy: Policy = DEFAULT_POLICY,
    ranked: RankedRun | None = None,
) -> InForce:
    """What is in force for a run. choices: as ``ReviewStore.choices`` gives them, of all runs."""
    dataset = workspace.dataset()
    ranked = ranked or ranked_run(run, dataset.given_labels)
    others = reviewed_runs(workspace, run.id, ranked, decisions)
    chosen, open_shares = Chosen.of(choices, run.id), open_shares_of(choices)
    return InForce(dataset, run, decisions, chosen, open_shares, ranked, others, policy)


def reviewed_runs(
    workspace: Workspace, run_id: str, ranked: RankedRun, decisions: Sequence[Decision]
) -> dict[str, RankedRun]:
    """Other runs of the workspace whose random cards somebody decided, oldest first; of those that drew by the same
    lots (as runs once did) only one, as two say no more than one."""
    reviewed = {d.run_id for d in decisions if d.card in SHOWN_AT_RANDOM} - {run_id}
    found, seeds = {}, {ranked.audit.seed}
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


def open_shares_of(choices: pd.DataFrame | None) -> dict[str, float]:
    """By run id the largest share of blind cards ever shown open by lot; runs not named: the usual one."""
    ids = [] if choices is None else choices["run_id"].unique()
    return {run_id: Chosen.of(choices, run_id).largest_open_share for run_id in ids}


def shown_by(run_id: str, dataset: Dataset, decisions: Iterable[Decision]) -> np.ndarray:
    """(N,) bool: samples that somebody decided when this run showed them and they may have come as random cards."""
    decisions = list(decisions)
    undone = {d.undoes for d in decisions if d.verdict == UNDO}
    mine = [d.sample_id for d in decisions if d.run_id == run_id and d.card in SHOWN_AT_RANDOM and d.uuid not in undone]
    rows = pd.Index(dataset.sample_ids).get_indexer(mine)
    shown = np.zeros(len(dataset), bool)
    shown[rows[rows >= 0]] = True
    return shown


def drawn_by_lot(decision: Decision, open_shares: Mapping[str, float]) -> bool:
    """Whether chance decided if a card was shown blind or open; only such cards tell what seeing the label does."""
    if decision.card in NOT_BY_LOT or decision.mode == SEEN:
        return False
    largest = open_shares.get(decision.run_id, Chosen().largest_open_share)
    return decision.mode == BLIND or lot(decision.run_id, decision.sample_id) < largest
