"""Does the certificate hold, and how many random cards does it need? Simulated audits on sets whose truth is known.

python -m benchmarks.certificate [--data ../shared/data] [--quick] [--processes 1] [--write docs/certificate.md]

Each simulation draws fresh cards for a run that flags so many samples, all of which are reviewed; then further random
cards are revealed one by one, and the bound is asked for after each.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.certificate_screen import Screen
from benchmarks.populations import Population, planted_populations, real_populations
from benchmarks.published import END, START, publish
from cleaning.certify.judged_log import CardsByRank
from cleaning.certify.most_wrong import StrataCounts, log_evidence
from cleaning.certify.wrong_left import OWN_SHARE
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import Ranking, logit, rank_suspicion

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
ALPHA = 0.05
MOST_CARDS = 1_000
STEP = 10  # cards between looks for a claim; the nine before the first are then looked at too
GOALS = {  # share reviewed from the top, and at most so many wrong labels left
    "CIFAR-10N": (0.1, 0.02),
    "MMLU, wrong key": (0.1, 0.02),
    "MMLU, any error": (0.2, 0.05),
    "ImageNet": (0.2, 0.05),
    "TACRED dev": (0.2, 0.08),
    "ChaosNLI, MNLI": (0.3, 0.25),
}
PLANTED_REVIEWED, PLANTED_ROOM = 0.1, 2.5  # the goal of planted sets: so many times what is left


@dataclass
class Audits:
    """Outcome of the simulations of one set. needed: (S,) random cards at the first claim, inf where it never came.
    held: (S,) bool, the bound was never below the truth; false: (S,) bool, the goal was claimed though not true."""

    name: str
    samples: int
    reviewed: float
    left: float
    at_most: float
    needed: np.ndarray
    held: np.ndarray
    false: np.ndarray


@dataclass(frozen=True)
class Scene:
    """One set made ready. wrong: (N,) by rank. flagged: how many are reviewed from the top."""

    ranking: Ranking
    wrong: np.ndarray
    flagged: int
    threshold: float
    logits: np.ndarray

    @classmethod
    def of(cls, population: Population, reviewed: float) -> "Scene":
        ranking = rank_suspicion(population.suspicion)
        flagged = ranking.ties_kept_whole(round(reviewed * len(ranking)))
        threshold = float(ranking.suspicion[flagged - 1])
        return cls(ranking, population.wrong[ranking.rows], flagged, threshold, logit(ranking.suspicion))

    @property
    def left(self) -> int:
        return int(self.wrong[self.flagged :].sum())

    @cached_property
    def screens(self) -> list["Start"]:
        """The places where cards may begin to count."""
        audit = draw_audit(self.ranking, self.threshold, 0)
        size, means = audit.sizes.astype(float), np.add.reduceat(self.logits, audit.starts[:-1]) / audit.sizes
        own = CardsByRank(audit, self.flagged, audit.shares).own_start
        before = int(self.wrong[: audit.starts[own]].sum())
        ends = [(0, 1 - OWN_SHARE, 0), (own, OWN_SHARE, before)] if own else [(0, 1.0, 0)]
        return [Start(first, ALPHA * share, known, Screen(size, means, first)) for first, share, known in ends]


@dataclass(frozen=True)
class Start:
    """stratum: the first whose cards count. alpha: its part of the doubt. known: wrong labels in the strata before."""

    stratum: int
    alpha: float
    known: int
    screen: Screen

    def refuted(self, moments: StrataCounts, total: int) -> np.ndarray:
        """(T,) whether its cards rule out ``total`` wrong labels in the dataset."""
        return log_evidence(moments.behind(self.stratum), total - self.known) >= -np.log(self.alpha)


def goal_of(population: Population) -> tuple[float, float]:
    """Share reviewed and goal."""
    if population.name in GOALS:
        return GOALS[population.name]
    scene = Scene.of(population, PLANTED_REVIEWED)
    return PLANTED_REVIEWED, round(PLANTED_ROOM * scene.left / len(scene.wrong), 3)


def measure(population: Population, simulations: int) -> Audits:
    """Audits with seeds 0, 1, 2 ..."""
    reviewed, at_most = goal_of(population)
    scene = Scene.of(population, reviewed)
    told = [simulate(scene, seed, at_most) for seed in range(simulations)]
    needed, held, false = map(np.array, zip(*told))
    n = len(scene.wrong)
    return Audits(population.name, n, reviewed, scene.left / n, at_most, needed, held, false)


def simulate(scene: Scene, seed: int, at_most: float) -> tuple[float, bool, bool]:
    """(cards at the first claim, whether the bound always held, whether a false claim was made)."""
    moments, own = _moments(scene, seed)
    goal = int(at_most * len(scene.wrong) + 1e-9)
    needed = _first_claim(moments, scene.screens, goal)
    held = not _ever_missed(moments, scene, own)
    return needed, held, bool(np.isfinite(needed) and scene.left > goal)


def _moments(scene: Scene, seed: int) -> tuple[StrataCounts, int]:
    """(T, H) what is known after each further random card, all flagged samples being reviewed; own start."""
    audit = draw_audit(scene.ranking, scene.threshold, seed)
    ranks = scene.ranking.rank[audit.rows]
    own = CardsByRank(audit, scene.flagged, audit.shares).own_start
    count, known = len(audit.sizes), ranks < scene.flagged
    of_known = np.bincount(audit.stratum[known], minlength=count)
    bad_known = np.bincount(audit.stratum[known], scene.wrong[ranks[known]], count)
    behind = np.flatnonzero(~known)[:MOST_CARDS]
    here = np.eye(count)[audit.stratum[behind]]
    cards = np.vstack([np.zeros(count), np.cumsum(here, 0)])
    bad = np.vstack([np.zeros(count), np.cumsum(here * scene.wrong[ranks[behind]][:, None], 0)])
    whole = np.add.reduceat(scene.wrong, audit.starts[:-1])
    found = np.where(np.arange(count) < own, whole, bad)
    left = np.where(np.arange(count) < own, 0, audit.sizes - cards)
    means = np.add.reduceat(scene.logits, audit.starts[:-1]) / audit.sizes
    return StrataCounts(audit.sizes.astype(float), cards + of_known, bad + bad_known, found, left, means), own


def _at(moments: StrataCounts, which: np.ndarray) -> StrataCounts:
    cut = (getattr(moments, name)[which] for name in ("cards", "bad", "found", "open"))
    return StrataCounts(moments.size, *cut, moments.logit)


def _ever_missed(moments: StrataCounts, scene: Scene, own: int) -> bool:
    """Whether the true number of wrong labels was ruled out at any moment. Only where the ratio to what is true itself
    is large can a bound lie below it."""
    ends = np.concatenate([[0], np.cumsum(moments.size)]).astype(int)
    truth = np.tile(np.add.reduceat(scene.wrong, ends[:-1]), (len(moments.cards), 1))
    total = int(scene.wrong.sum())
    for start in scene.screens:
        totals = np.full(len(truth), total - start.known)
        likely = start.screen.could_refute(moments, totals, start.alpha, truth)
        if likely.any() and start.refuted(_at(moments, np.flatnonzero(likely)), total).any():
            return True
    return False


def _first_claim(moments: StrataCounts, starts: Sequence[Start], goal: int) -> float:
    """Random cards behind the flagged part at the first claim."""
    first = _earliest(moments, starts, goal, np.arange(0, len(moments.cards), STEP))
    if first is None:
        return np.inf
    before = _earliest(moments, starts, goal, np.arange(max(first - STEP + 1, 0), first))
    return float(first if before is None else before)


def _earliest(moments: StrataCounts, starts: Sequence[Start], goal: int, looked: np.ndarray) -> int | None:
    """The first of these moments at which no more than ``goal`` labels are left; what is found by then is mended."""
    if not len(looked):
        return None
    now = _at(moments, looked)
    totals = now.found.sum(1).astype(int) + goal + 1
    could = np.array([start.screen.could_refute(now, totals - start.known, start.alpha) for start in starts])
    for place in np.flatnonzero(could.any(0)):
        alone = _at(now, np.array([place]))
        if any(start.refuted(alone, totals[place])[0] for start, maybe in zip(starts, could[:, place]) if maybe):
            return int(looked[place])
    return None


def table(audits: Sequence[Audits]) -> str:
    header = (
        "set | samples | reviewed, % | wrong labels left, % | goal: at most, % | random cards, median | quarter to "
        "three quarters | goal reached, % | bound held, % | simulations"
    )
    names = [name.strip() for name in header.split("|")]
    return "\n".join("| " + " | ".join(line) + " |" for line in (names, ["---"] * len(names), *map(_line, audits)))


def _line(told: Audits) -> list[str]:
    quarters = [_cards(float(np.quantile(told.needed, q, method="nearest"))) for q in (0.5, 0.25, 0.75)]
    return [
        told.name,
        f"{told.samples:,}",
        f"{100 * told.reviewed:.0f}",
        f"{100 * told.left:.2f}",
        f"{100 * told.at_most:g}",
        quarters[0],
        f"{quarters[1]} to {quarters[2]}",
        f"{100 * np.isfinite(told.needed).mean():.1f}",
        f"{100 * (told.held & ~told.false).mean():.1f}",
        f"{len(told.needed):,}",
    ]


def _cards(count: float) -> str:
    return f"{count:,.0f}" if np.isfinite(count) else f"over {MOST_CARDS:,}"


def populations(data: Path) -> Iterator[Population]:
    if data.is_dir():
        yield from real_populations(data, unlike=True)
    yield from planted_populations()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real sets; without it planted sets only")
    parser.add_argument("--quick", action="store_true", help="20 simulations each instead of 2,000")
    parser.add_argument("--processes", type=int, help="at most so many at once; else as many as there are cores")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the table between {START} and {END}")
    wanted = parser.parse_args(arguments)
    began, audits = time.perf_counter(), []
    with ProcessPoolExecutor(wanted.processes) as processes:
        simulations = 20 if wanted.quick else 2_000
        for told in processes.map(measure, made := list(populations(wanted.data)), [simulations] * len(made)):
            audits.append(told)
            print(f"{told.name}: measured after {time.perf_counter() - began:.0f} s", flush=True)
    text = table(audits)
    print(text)
    if wanted.write:
        publish(text, wanted.write)


if __name__ == "__main__":
    main()
