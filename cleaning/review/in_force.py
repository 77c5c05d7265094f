"""What is in force for a run: which threshold, which samples are flagged, which decisions count, what follows of it.

Everybody who needs one of these asks here: the queue, the desk, every page, every command, the card and the exports.
A decision judges a sample's given label, whichever run showed the card: decisions of all runs count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset, rows_of_ids
from cleaning.domain.verdicts import BY_NAME
from cleaning.estimate.answers import Estimate
from cleaning.estimate.audit_cards import AuditCards, cards_that_count
from cleaning.estimate.bands import Bands, Reached, Said, estimate_of, guess_of, reach
from cleaning.estimate.counted_verdicts import CountedVerdicts, OtherDesign, count_verdicts
from cleaning.estimate.estimating import estimate, estimate_exchange, estimate_rule
from cleaning.estimate.flag_counts import ASSUMED_SECONDS, seconds_per_card
from cleaning.estimate.intervals import Interval
from cleaning.estimate.outlook import Stretch, outlook
from cleaning.estimate.planning import CardsNeeded, PriorBand, cards_to_halve
from cleaning.estimate.ranked_run import RankedRun, ranked_run, reviewed_runs
from cleaning.estimate.recalibration import Recalibration, recalibrate
from cleaning.estimate.totals import VerdictErrors
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import Chosen, ChosenThreshold
from cleaning.review.queue import QueueAhead
from cleaning.review.views import drawn_by_lot, open_shares_of, shown_by
from cleaning.settle.anchoring import Anchoring, anchoring_of
from cleaning.settle.error_rates import ErrorRates, error_rates
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.settle.second_look import confirmed_codes, waiting_below
from cleaning.settle.verdict_codes import verdict_codes


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
    def reviewed_flags(self) -> np.ndarray:
        """(N,) bool, flagged for who reviews: by the threshold that is chosen, whatever one is looked at."""
        return self.ranked.flagged_at(self.choice.threshold) if self.choice else self.ranked.as_made

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
        return self._codes(self.decisions)

    def _codes(self, decisions: Sequence[Decision]) -> np.ndarray:
        codes = verdict_codes(self.dataset, decisions, self.policy)
        if not self.chosen.second_look:
            return codes
        return confirmed_codes(codes, ~self.reviewed_flags, decisions, self.dataset)

    @cached_property
    def earlier_codes(self) -> np.ndarray:
        """(N,) the same as it stood at half the decisions."""
        return self._codes(self.decisions[: len(self.decisions) // 2])

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
        here = shown_by(self.run.id, self.dataset, decisions)
        audit, ranking = self.ranked.audit, self.ranked.ranking
        counted = count_verdicts(audit, codes, ranking, shown_here=here, others=others, audited=self.audited)
        return Said(codes, counted)

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
        rows = rows_of_ids(self.dataset.sample_ids, [d.sample_id for d in drawn])
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
    def queue_ahead(self) -> QueueAhead:
        """How long queues get, and which random cards are left."""
        rows = self.ranked.audit.rows
        rows = rows if self.audited is None else rows[self.audited[rows]]
        suspicion = self.ranked.ranking.suspicion[self.ranked.ranking.rank[rows]]
        flaggable = np.ones(len(rows), bool) if self.ranked.flaggable is None else self.ranked.flaggable[rows]
        drawn, left = np.where(flaggable, suspicion, -1.0), np.flatnonzero(np.isnan(self.codes[rows]))
        return QueueAhead(self.ranked.curve, drawn, left, self.chosen.audit_share, self.chosen.random_cards)

    @cached_property
    def error_rates(self) -> tuple[ErrorRates, dict[str, ErrorRates]]:
        """How often reviewers err, all together and by name."""
        decided = list(dict.fromkeys(d.sample_id for d in self.decisions))
        rows = rows_of_ids(self.dataset.sample_ids, decided).tolist()
        given = {sample: int(self.dataset.given_labels[row]) for sample, row in zip(decided, rows) if row >= 0}
        asked_again = ~np.isnan(self.codes) & ~self.reviewed_flags & self.chosen.second_look
        return error_rates(self.decisions, given, set(map(str, self.dataset.sample_ids[asked_again])))

    @cached_property
    def reviewer_count(self) -> int:
        """People who decided something."""
        return len({d.reviewer for d in self.decisions})

    @cached_property
    def waiting_for_a_second_look(self) -> int:
        """Samples judged wrong below the threshold that have not come back yet."""
        if not self.chosen.second_look:
            return 0
        return waiting_below(~self.reviewed_flags, self.decisions, self.dataset)

    @cached_property
    def random_cards(self) -> AuditCards | None:
        """The cards that count as a random sample of the dataset; None where a stratum has none."""
        return cards_that_count(self.counted_verdicts, self.ranked.ranking)

    @cached_property
    def estimate(self) -> Estimate:
        """How right the flags are, how many of the wrong labels they hold, and how many there are."""
        return self.estimate_with(None)

    def estimate_with(self, errors: VerdictErrors | None) -> Estimate:
        """The same if verdicts err so often."""
        cards = (self.ranked.audit, self.codes, self.ranked.ranking)
        options: dict = {"counted": self.counted_verdicts, "errors": errors}
        if self.as_made and not self.ranked.made_by_threshold:  # a budget that parts equal suspicions
            return replace(estimate_rule(*cards, self.flagged, **options), threshold=self.threshold)
        return estimate(*cards, self.threshold, flaggable=self.ranked.flaggable, **options)

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
        return cards_to_halve(self.ranked.audit, self.ranked.ranking, *now, flaggable=self.ranked.flaggable)

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
