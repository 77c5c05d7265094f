"""Do the intervals hold? Simulated reviewers on sets whose truth is known.

python -m benchmarks.estimates [--data ../shared/data] [--quick] [--write docs/estimates.md]

Each simulation draws a fresh audit for 5 % flagged and reveals the truth card by card. Fixed-n intervals are checked
at set numbers of cards; in the first quarter of the simulations anytime intervals are checked after every card. All for
five thresholds from the same cards.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
from scipy.stats import beta

from benchmarks.estimates_errors import errors_table, measure_errors
from benchmarks.estimates_runs import Rankings, measure_runs, runs_table
from benchmarks.estimates_same import measure_same, same_table
from benchmarks.estimators import OTHERS, Answer, answer
from benchmarks.populations import (
    Population,
    planted_populations,
    planted_rankings,
    real_populations,
    real_rankings,
)
from benchmarks.published import END, START, publish
from benchmarks.tables import tables
from cleaning.estimate import EstimateCurve, estimate_curve, threshold_for_precision
from cleaning.estimate.intervals import normal_multiplier, ratio_low
from cleaning.estimate.split import Cells
from cleaning.estimate.weighted_ends import weighted_ends
from cleaning.suspect.audit import AuditDesign, draw_audit
from cleaning.suspect.ranking import Ranking, rank_suspicion

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
DESIGN = 0.05
FLAGGED = (0.02, 0.05, 0.075, 0.1, 0.2)
CARDS = (20, 50, 100, 200, 400)
ROUNDING = 1e-9
PLAIN = ("same cards, Jeffreys", "own cards, Jeffreys", "own cards, our ends")  # intervals of two plain strata
PEEKING = 4  # one simulation in so many looks after every card, which takes as long as twenty others


@dataclass
class Tally:
    """Counts over simulations for one population; Q is precision, detection rate.

    truth: (Q, F). inside, width: per method (C, F, Q) sums of hits and half-widths at CARDS and FLAGGED.
    plain_inside, plain_width: per kind of end (C, Q) of two plain strata at DESIGN. anytime_width: (C, F, Q).
    always: (F, Q) of the peeking simulations those in which the anytime band never missed; always_fixed: the same for
    fixed-n bands looked at every tenth card. promises, kept: thresholds chosen by target precision, and those that kept it.
    """

    name: str
    samples: int
    wrong_share: float
    truth: np.ndarray
    simulations: int
    peeking: int
    inside: dict[str, np.ndarray]
    width: dict[str, np.ndarray]
    plain_inside: dict[str, np.ndarray]
    plain_width: dict[str, np.ndarray]
    anytime_width: np.ndarray
    always: np.ndarray
    always_fixed: np.ndarray
    promises: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Setting:
    """One population made ready: verdicts by row, thresholds of FLAGGED, and cumulative wrong labels by rank."""

    ranking: Ranking
    wrong: np.ndarray
    thresholds: np.ndarray
    found: np.ndarray

    @classmethod
    def of(cls, population: Population) -> "Setting":
        ranking = rank_suspicion(population.suspicion)
        thresholds = np.array([_threshold_at(ranking, round(share * len(ranking))) for share in FLAGGED])
        found = np.concatenate([[0], np.cumsum(population.wrong[ranking.rows])])
        return cls(ranking, population.wrong, thresholds, found)

    def truth(self) -> np.ndarray:
        """(2, F) real precision and detection rate."""
        flagged = self.ranking.flagged_counts(self.thresholds)
        return np.stack([self.found[flagged] / flagged, self.found[flagged] / self.found[-1]])


def _threshold_at(ranking: Ranking, count: int) -> float:
    """Lowest threshold that flags at most ``count`` samples (equal suspicions stay together)."""
    kept = ranking.ties_kept_whole(count)
    return float(ranking.suspicion[kept - 1]) if kept else float("inf")


def measure(population: Population, simulations: int) -> Tally:
    """Coverage and widths over ``simulations`` audits with seeds 0, 1, 2 ..."""
    setting = Setting.of(population)
    shape = (len(CARDS), len(FLAGGED), 2)
    tally = Tally(
        population.name,
        len(population.wrong),
        float(population.wrong.mean()),
        setting.truth(),
        simulations,
        max(simulations // PEEKING, 1),
        {method: np.zeros(shape) for method in ("strata", *OTHERS)},
        {method: np.zeros(shape) for method in ("strata", *OTHERS)},
        {ends: np.zeros((len(CARDS), 2)) for ends in PLAIN},
        {ends: np.zeros((len(CARDS), 2)) for ends in PLAIN},
        np.zeros(shape),
        np.zeros(shape[1:]),
        np.zeros(shape[1:]),
    )
    for seed in range(simulations):
        _simulate(setting, tally, seed)
    return tally


def _simulate(setting: Setting, tally: Tally, seed: int) -> None:
    audit = draw_audit(setting.ranking, setting.thresholds[FLAGGED.index(DESIGN)], seed)
    for cards in CARDS:
        _compare(setting, tally, audit, cards, seed)
    if seed < tally.peeking:
        _peek(setting, tally, audit)


def _revealed(setting: Setting, audit: AuditDesign, cards: int) -> tuple:
    """What estimate_curve is asked after so many cards."""
    verdicts = np.full(len(setting.wrong), np.nan)
    verdicts[audit.rows[:cards]] = setting.wrong[audit.rows[:cards]]
    return audit, verdicts, setting.ranking, setting.thresholds


def _peek(setting: Setting, tally: Tally, audit: AuditDesign) -> None:
    always, always_fixed = np.ones((2, len(FLAGGED), 2), bool)
    for cards in range(1, min(CARDS[-1], len(audit)) + 1):
        ask = _revealed(setting, audit, cards)
        always &= _hits(estimate_curve(*ask), tally.truth)
        if cards % 10 == 0:
            always_fixed &= _hits(estimate_curve(*ask, anytime=False), tally.truth)
    tally.always += always
    tally.always_fixed += always_fixed


def _compare(setting: Setting, tally: Tally, audit: AuditDesign, cards: int, seed: int) -> None:
    ask, at = _revealed(setting, audit, cards), CARDS.index(cards)
    for method in ("strata", *OTHERS):
        curve = answer(method, *ask) if method in OTHERS else estimate_curve(*ask, anytime=False)
        tally.inside[method][at] += _hits(curve, tally.truth)
        tally.width[method][at] += _half_widths(curve)
    tally.anytime_width[at] += _half_widths(estimate_curve(*ask))
    real = tally.truth[:, FLAGGED.index(DESIGN)]
    for ends, plain in _two_plain_strata(setting, audit, cards, seed).items():
        tally.plain_inside[ends][at] += (plain[:, 0] - ROUNDING <= real) & (real <= plain[:, 1] + ROUNDING)
        tally.plain_width[ends][at] += (plain[:, 1] - plain[:, 0]) / 2
    if cards == 200:
        target = 0.8 * tally.truth[0, FLAGGED.index(DESIGN)]
        choice = threshold_for_precision(target, *ask[:3])
        tally.promises += choice.reached
        tally.kept += choice.reached and setting.found[choice.flagged] >= target * choice.flagged


def _hits(curve: EstimateCurve | Answer, truth: np.ndarray) -> np.ndarray:
    """(F, 2) whether the intervals hold the truth."""
    bands = (curve.precision, curve.detection_rate)
    hits = [(b.low - ROUNDING <= real) & (real <= b.high + ROUNDING) for b, real in zip(bands, truth)]
    return np.stack(hits, 1)


def _half_widths(curve: EstimateCurve | Answer) -> np.ndarray:
    return np.stack([(b.high - b.low) / 2 for b in (curve.precision, curve.detection_rate)], 1)


def _two_plain_strata(setting: Setting, audit: AuditDesign, cards: int, seed: int) -> dict[str, np.ndarray]:
    """(Q, 2) ends by flagged and unflagged part alone: from the same cards by their weights (for as many plain cards
    as have the mean's variance, Kish 1965), or from as many cards in each part drawn plainly from it."""
    flagged = int(setting.ranking.flagged_counts(setting.thresholds)[FLAGGED.index(DESIGN)])
    counts, inside = audit.counts(cards), audit.starts[1:] <= flagged
    drawn = np.array([counts[inside].sum(), counts[~inside].sum()])
    size = np.array([flagged, audit.sample_count - flagged])
    bad = np.array([setting.found[flagged], setting.found[-1] - setting.found[flagged]]).astype(int)
    wrong = np.random.default_rng([seed, cards]).hypergeometric(bad, size - bad, drawn)

    part, weight = (~inside[audit.stratum[:cards]]).astype(int), (audit.sizes / np.maximum(counts, 1))
    weight = weight[audit.stratum[:cards]]
    verdict = setting.wrong[audit.rows[:cards]]
    total, weighed, squares = (np.bincount(part, v, 2) for v in (weight, weight * verdict, weight**2))
    worth, share = total**2 / squares, weighed / total

    kinds = (
        _of_two(size, size * share, *_jeffreys(size, worth, worth * share)),
        _of_two(size, size * wrong / drawn, *_jeffreys(size, drawn, wrong)),
        _of_two(size, size * wrong / drawn, *_ours(size, drawn, wrong)),
    )
    return dict(zip(PLAIN, kinds))


def _jeffreys(size: np.ndarray, cards: np.ndarray, wrong: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2,) ends of the wrong labels in two parts."""
    low, high = (size * beta.ppf(q, wrong + 0.5, cards - wrong + 0.5) for q in (0.025, 0.975))
    return low, high


def _ours(size: np.ndarray, drawn: np.ndarray, wrong: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2,) ends of the wrong labels in two parts of one cell each, as the default estimator gives them."""
    size, drawn, wrong = (values.astype(float)[None, :, None] for values in (size, drawn, wrong))
    cells = Cells(size, drawn, wrong / drawn, wrong)
    low, high = weighted_ends(cells, cells.curve, np.full((1, 2), normal_multiplier(0.95)))
    return low[0], high[0]


def _of_two(size: np.ndarray, point: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(Q, 2) ends of precision and detection rate from (2,) numbers of wrong labels in the parts."""
    low, high = np.minimum(low, point), np.maximum(high, point)
    detected = ratio_low(point[0], low[0], point[1], high[1])
    missed = ratio_low(point[1], low[1], point[0], high[0])
    return np.array([[low[0] / size[0], high[0] / size[0]], [detected, 1 - missed]])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real sets; without it planted sets only")
    parser.add_argument("--only", choices=("real", "planted"), help="only the real or only the planted sets")
    parser.add_argument("--part", choices=PARTS, help="only one run, several, one beside another, or who errs")
    parser.add_argument("--quick", action="store_true", help="25 simulations each instead of 2,000")
    parser.add_argument("--simulations", type=int, help="simulations each")
    parser.add_argument("--processes", type=int, help="at most so many at once; else as many as there are cores")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the tables between {START} and {END}")
    wanted = parser.parse_args(arguments)
    for part in [wanted.part] if wanted.part else PARTS:
        text = PARTS[part](wanted)
        print(text)
        if wanted.write:
            publish(text, wanted.write, "" if part == "one" else part)


def _one_run(wanted: argparse.Namespace) -> str:
    sets = _sets(wanted, real_populations, planted_populations)
    return tables(_measured(measure, sets, _simulations(wanted, 2_000), wanted.processes), CARDS, FLAGGED, DESIGN)


def _several_runs(wanted: argparse.Namespace) -> str:
    sets = [Rankings(*parts) for parts in _sets(wanted, real_rankings, planted_rankings)]
    return runs_table(_measured(measure_runs, sets, _simulations(wanted, 2_000), wanted.processes))


def _the_same_flags(wanted: argparse.Namespace) -> str:
    sets = [Rankings(*parts) for parts in _sets(wanted, real_rankings, planted_rankings)]
    return same_table(_measured(measure_same, sets, _simulations(wanted, 300), wanted.processes))


def _reviewers_who_err(wanted: argparse.Namespace) -> str:
    sets = _sets(wanted, partial(real_populations, unlike=True), planted_populations)
    return errors_table(_measured(measure_errors, sets, _simulations(wanted, 500), wanted.processes))


def _sets(wanted: argparse.Namespace, real: Callable, planted: Callable) -> list:
    found = list(real(wanted.data)) if wanted.data.is_dir() and wanted.only != "planted" else []
    return found + (list(planted()) if wanted.only != "real" else [])


def _simulations(wanted: argparse.Namespace, usual: int) -> int:
    return wanted.simulations or (25 if wanted.quick else usual)


def _measured(measure_one: Callable, sets: list, simulations: int, processes: int | None) -> list:
    """One tally a set, each in a process of its own."""
    began, tallies = time.perf_counter(), []
    with ProcessPoolExecutor(processes) as pool:
        for tally in pool.map(measure_one, sets, repeat(simulations)):
            tallies.append(tally)
            print(f"{tally.name}: measured after {time.perf_counter() - began:.0f} s", flush=True)
    return tallies


PARTS = {"one": _one_run, "runs": _several_runs, "same": _the_same_flags, "errors": _reviewers_who_err}

if __name__ == "__main__":
    main()
