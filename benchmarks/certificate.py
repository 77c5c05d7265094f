"""Does the certificate hold, and how many random cards does it need? Simulated audits on sets whose truth is known.

python -m benchmarks.certificate [--data ../shared/data] [--quick] [--write docs/certificate.md]

Each simulation draws fresh cards for a run that flags so many samples, all of which are reviewed; then further random
cards are revealed one by one, and the bound is asked for after each.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
    needed = _first_claim(moments, own, goal)
    always = np.arange(len(moments.cards))
    likely = _could_miss(moments, own, scene)
    held = not _refuted(_at(moments, always[likely]), own, scene.wrong.sum()).any() if likely.any() else True
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


def _refuted(moments: StrataCounts, own: int, total: float) -> np.ndarray:
    """(T,) whether either of the two places where cards may begin to count rules out ``total`` wrong labels."""
    before = moments.found[0, :own].sum()
    ends = [(0, 1 - OWN_SHARE, 0.0), (own, OWN_SHARE, before)] if own else [(0, 1.0, 0.0)]
    told = [
        log_evidence(moments.behind(start), int(total - known)) >= -np.log(ALPHA * share)
        for start, share, known in ends
    ]
    return np.any(told, axis=0)


def _could_miss(moments: StrataCounts, own: int, scene: Scene) -> np.ndarray:
    """(T,) moments at which the ratio to the truth itself is large enough; elsewhere no bound can lie below it."""
    from cleaning.certify import most_wrong

    truth = moments.found + moments.open * 0
    for h in range(own, truth.shape[1]):
        truth[:, h] = _wrong_in(scene, moments, h)
    good = moments.cards - moments.bad
    large = np.zeros(len(good), bool)
    for start, share in ((0, 1 - OWN_SHARE), (own, OWN_SHARE)) if own else ((0, 1.0),):
        rest = moments.behind(start)
        chance = most_wrong._alternatives(rest, int(truth[0, start:].sum()))
        each = rest.bad @ np.log(chance).T + good[:, start:] @ np.log1p(-chance).T
        ratio = np.logaddexp.reduce(each, axis=-1) - np.log(len(chance))
        ratio -= most_wrong._log_likelihood(rest, good[:, start:], truth[:, start:]).sum(-1)
        large |= ratio >= -np.log(ALPHA * share)
    return large


def _wrong_in(scene: Scene, moments: StrataCounts, stratum: int) -> float:
    ends = np.concatenate([[0], np.cumsum(moments.size)]).astype(int)
    return float(scene.wrong[ends[stratum] : ends[stratum + 1]].sum())


def _first_claim(moments: StrataCounts, own: int, goal: int) -> float:
    """Random cards behind the flagged part at the first claim."""
    count = len(moments.cards)
    for begin in range(0, count, 20 * STEP):
        looked = np.arange(begin, min(begin + 20 * STEP, count), STEP)
        claimed = _claims(moments, own, goal, looked)
        if claimed.any():
            first = looked[claimed.argmax()]
            before = np.arange(max(first - STEP + 1, 0), first + 1)
            return float(before[_claims(moments, own, goal, before).argmax()])
    return np.inf


def _claims(moments: StrataCounts, own: int, goal: int, which: np.ndarray) -> np.ndarray:
    """(W,) whether no more than ``goal`` labels are left at these moments; what is found by then is mended."""
    claimed, found = np.zeros(len(which), bool), moments.found[which].sum(1)
    for one in np.unique(found):
        mine = found == one
        claimed[mine] = _refuted(_at(moments, which[mine]), own, one + goal + 1)
    return claimed


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
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the table between {START} and {END}")
    wanted = parser.parse_args(arguments)
    began, audits = time.perf_counter(), []
    with ProcessPoolExecutor() as processes:
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
