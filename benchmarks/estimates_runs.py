"""Do the intervals hold over several runs? Simulated reviewers who drop and add experts and change the threshold.

Each simulation makes two to four runs, one after the other: each ranks by some of the experts and by a threshold of its
own, draws random cards by lots of its own, and its queue is decided from the top for a while: flagged samples and random
cards, those that an earlier run had decided left out. After each run the last one's estimate is held against the truth,
in an eighth of the simulations after every fortieth card too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cleaning.estimate import count_verdicts, estimate_curve
from cleaning.estimate.counted_verdicts import OtherDesign
from cleaning.review.queue import audit_card_count, interleave
from cleaning.suspect.audit import AuditDesign, draw_audit
from cleaning.suspect.ranking import Ranking, rank_suspicion

RUNS = (2, 3, 4)
FLAGGED = (0.02, 0.05, 0.1)  # what a run flags, and where estimates are asked
JUDGED = 0.05
SHARE = 0.2  # of a queue's cards drawn at random
REVIEWED = (60, 400)  # cards decided of a run's queue
LOOKS, PEEKING = 40, 8
ROUNDING = 1e-9
CARD_LIMIT = 1_000  # of a lot; more than any queue here holds, and the first cards are the same whatever the limit
WIDTHS = ("width before the last run", "as it begins", "when it ends", "by its own cards alone")


@dataclass(frozen=True)
class Rankings:
    """One set as several choices of experts rank it. suspicions: (N,) each. wrong: (N,) 1.0 where the label is wrong."""

    name: str
    suspicions: tuple[np.ndarray, ...]
    wrong: np.ndarray


@dataclass
class RunsTally:
    """Sums over simulations; Q is precision, detection rate.

    inside: (R, F, Q) hits of fixed-n bands after the last of RUNS runs. always: (F, Q) simulations in which the anytime
    band never missed. earlier, before, after: (Q,) half-widths at JUDGED of
    the last run but one when it ends, and of the last one when it begins and when it ends, and alone: by its own cards.
    """

    name: str
    simulations: int
    peeking: int
    inside: np.ndarray = field(default_factory=lambda: np.zeros((len(RUNS), len(FLAGGED), 2)))
    asked: np.ndarray = field(default_factory=lambda: np.zeros(len(RUNS)))
    always: np.ndarray = field(default_factory=lambda: np.zeros((len(FLAGGED), 2)))
    earlier: np.ndarray = field(default_factory=lambda: np.zeros(2))
    before: np.ndarray = field(default_factory=lambda: np.zeros(2))
    after: np.ndarray = field(default_factory=lambda: np.zeros(2))
    alone: np.ndarray = field(default_factory=lambda: np.zeros(2))


@dataclass(frozen=True)
class MadeRun:
    """A run: how it ranks, what it drew, what it flags, and what was decided on its random cards."""

    ranking: Ranking
    audit: AuditDesign
    flagged: int
    shown: np.ndarray

    @cached_property
    def queue(self) -> tuple[np.ndarray, np.ndarray]:
        """(Q,) rows and (Q,) whether they are among its random cards."""
        drawn = self.audit.rows[: audit_card_count(self.flagged, SHARE)]
        rows = interleave(self.ranking.rows[: self.flagged], drawn, SHARE).rows
        return rows, np.isin(rows, drawn)


class Reviewing:
    """One simulated reviewer of one set, over several runs."""

    def __init__(self, rankings: Sequence[Ranking], wrong: np.ndarray, rng: np.random.Generator) -> None:
        self.rankings, self.wrong, self.rng = rankings, wrong, rng
        self.codes = np.full(len(wrong), np.nan)
        self.runs: list[MadeRun] = []

    def begin(self) -> None:
        """Another run, by other experts and another threshold."""
        ranking = self.rankings[int(self.rng.integers(len(self.rankings)))]
        flagged = ranking.ties_kept_whole(round(float(self.rng.choice(FLAGGED)) * len(ranking)))
        threshold = float(ranking.suspicion[flagged - 1]) if flagged else 1.0
        audit = draw_audit(ranking, threshold, int(self.rng.integers(2**40)), card_limit=CARD_LIMIT)
        self.runs.append(MadeRun(ranking, audit, flagged, np.zeros(len(self.wrong), bool)))

    def decide(self, cards: int) -> bool:
        """The next cards of the last run's queue; whether there were so many."""
        now = self.runs[-1]
        rows, drawn = now.queue
        todo = np.flatnonzero(np.isnan(self.codes[rows]))[:cards]
        self.codes[rows[todo]] = self.wrong[rows[todo]]
        now.shown[rows[todo][drawn[todo]]] = True
        return len(todo) == cards

    def review(self) -> None:
        """Some cards of the last run's queue."""
        self.decide(int(self.rng.integers(*REVIEWED)))

    def curve(self, anytime: bool, alone: bool = False, of: int = -1):
        """A run's estimate at FLAGGED, the last one's unless ``of`` says another; alone: without what others drew."""
        now = self.runs[of]
        reviewed = [run for run in self.runs if run is not now and run.shown.any()]
        others = [] if alone else [OtherDesign(run.audit, run.ranking, run.shown) for run in reviewed]
        counted = count_verdicts(now.audit, self.codes, now.ranking, shown_here=now.shown, others=others)
        thresholds = self.thresholds(now.ranking)
        return estimate_curve(now.audit, self.codes, now.ranking, thresholds, anytime=anytime, counted=counted)

    def thresholds(self, ranking: Ranking) -> np.ndarray:
        kept = [max(ranking.ties_kept_whole(round(share * len(ranking))), 1) for share in FLAGGED]
        return ranking.suspicion[np.array(kept) - 1]

    def hits(self, curve) -> np.ndarray:
        """(F, 2) whether the intervals hold the truth about the last run."""
        ranking = self.runs[-1].ranking
        found = np.concatenate([[0], np.cumsum(self.wrong[ranking.rows])])
        flagged = ranking.flagged_counts(self.thresholds(ranking))
        real = np.stack([found[flagged] / flagged, found[flagged] / found[-1]])
        bands = (curve.precision, curve.detection_rate)
        return np.stack([(b.low - ROUNDING <= r) & (r <= b.high + ROUNDING) for b, r in zip(bands, real)], 1)


def measure_runs(several: Rankings, simulations: int) -> RunsTally:
    """Coverage and widths over ``simulations`` reviewers with seeds 0, 1, 2 ..."""
    tally = RunsTally(several.name, simulations, max(simulations // PEEKING, 1))
    rankings = [rank_suspicion(suspicion) for suspicion in several.suspicions]
    for seed in range(simulations):
        _simulate(rankings, several.wrong, tally, seed)
    return tally


def _simulate(rankings: Sequence[Ranking], wrong: np.ndarray, tally: RunsTally, seed: int) -> None:
    reviewing = Reviewing(rankings, wrong, np.random.default_rng([seed, 16]))
    count = RUNS[seed % len(RUNS)]
    always = np.ones((len(FLAGGED), 2), bool)
    for made in range(count):
        if made == count - 1:
            tally.earlier += half_widths(reviewing.curve(anytime=False))
        reviewing.begin()
        if made == count - 1:
            tally.before += half_widths(reviewing.curve(anytime=False))
        left = int(reviewing.rng.integers(*REVIEWED))
        while left > 0 and reviewing.decide(min(LOOKS, left)):
            left -= LOOKS
            if seed < tally.peeking:
                always &= reviewing.hits(reviewing.curve(anytime=True))
    place = RUNS.index(count)
    curve = reviewing.curve(anytime=False)
    tally.asked[place] += 1
    tally.inside[place] += reviewing.hits(curve)
    tally.after += half_widths(curve)
    tally.alone += half_widths(reviewing.curve(anytime=False, alone=True))
    if seed < tally.peeking:
        tally.always += always


def half_widths(curve) -> np.ndarray:
    """(2,) of precision and detection rate at JUDGED."""
    at = FLAGGED.index(JUDGED)
    return np.array([(band.high - band.low)[at] / 2 for band in (curve.precision, curve.detection_rate)])


def runs_table(tallies: Sequence[RunsTally]) -> str:
    """Markdown: coverage by number of runs, under peeking, and half-widths in points."""
    header = ["set", *(f"{count} runs" for count in RUNS), "looking at will", *WIDTHS]
    lines = [header, ["---"] * len(header)]
    for t in tallies:
        inside = (t.inside / np.maximum(t.asked, 1)[:, None, None]).min(1)
        widths = (w / t.simulations for w in (t.earlier, t.before, t.after, t.alone))
        cells = [*inside, (t.always / t.peeking).min(0), *widths]
        lines.append([t.name, *(" / ".join(f"{100 * v:.1f}" for v in pair) for pair in cells)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
