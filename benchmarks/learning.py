"""Does the queue that learns find more wrong labels per card? Simulated reviews of halves of sets whose truth is known.

python -m benchmarks.learning [--data ../shared/data] [--quick] [--processes 1] [--write docs/learning.md]

Each set is scored once by the default pipeline. Of the samples with truth a random half is reviewed from the top, one
card in five drawn at random, by the plain order and by the one that learns anew every 25 verdicts; the same again with
5 % of the verdicts flipped. Both orders hand out the same random cards.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.populations import RealSet, real_sets, unlike_sets
from benchmarks.published import END, START, publish
from cleaning.estimate import count_verdicts, estimate
from cleaning.review.finds import LEARNS_EVERY
from cleaning.review.learning.learned_chance import ChanceModel, SeenSamples
from cleaning.review.queue import audit_card_count, interleave
from cleaning.suspect.audit import AuditDesign, draw_audit
from cleaning.suspect.pipeline import run
from cleaning.suspect.ranking import Ranking, rank_suspicion

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
BUDGETS = (50, 100, 200, 500, 1_000, 2_000)
RANDOM_SHARE, FLIPPED = 0.2, 0.05
JUDGED_FROM = 200  # cards from which it is asked whether the bands hold
FLAGGED = 0.1  # for which they are drawn
MANY_SAMPLES, MANY_VERDICTS, REPEATS = 50_000, 2_000, 9


@dataclass(frozen=True)
class JudgedPart:
    """What is known of a set's n samples with truth. seen: its ``rows`` are not used. wrong: (n,) 0 or 1."""

    name: str
    seen: SeenSamples
    wrong: np.ndarray

    @classmethod
    def of(cls, real: RealSet) -> "JudgedPart":
        scored, dataset = run(real.dataset, real.experts), real.dataset
        rows = pd.Index(dataset.sample_ids).get_indexer(real.truth.index)
        known, rows = rows >= 0, rows[rows >= 0]
        opinions = scored.opinions
        whole = SeenSamples(
            rows,
            scored.suspicion,
            dataset.given_labels,
            scored.suggested,
            dataset.class_count,
            dataset.group,
            opinions.predicted,
            opinions.confidence,
        )
        return cls(real.name, _some(whole, rows), real.truth.to_numpy(float)[known])


@dataclass(frozen=True)
class Half:
    """Samples that are reviewed. audit: cards drawn at random among them."""

    seen: SeenSamples
    wrong: np.ndarray
    ranking: Ranking
    audit: AuditDesign
    threshold: float

    @classmethod
    def of(cls, part: JudgedPart, seed: int) -> "Half":
        chosen = np.sort(np.random.default_rng([seed, 19]).permutation(len(part.wrong))[: len(part.wrong) // 2])
        seen = _some(part.seen, chosen)
        ranking = rank_suspicion(seen.suspicion)
        threshold = float(ranking.suspicion[ranking.ties_kept_whole(round(FLAGGED * len(ranking))) - 1])
        return cls(seen, part.wrong[chosen], ranking, draw_audit(ranking, threshold, seed), threshold)

    @property
    def drawn(self) -> np.ndarray:
        """The random cards in their order, as many as come with the half."""
        return self.audit.rows[: audit_card_count(len(self.wrong), RANDOM_SHARE)]


def _some(whole: SeenSamples, rows: np.ndarray) -> SeenSamples:
    """These samples alone, ranked anew."""
    suspicion = whole.suspicion[rows]
    return SeenSamples(
        rank_suspicion(suspicion).rows,
        suspicion,
        whole.given[rows],
        whole.suggested[rows],
        whole.class_count,
        None if whole.group is None else whole.group[rows],
        whole.predicted[rows],
        whole.confidence[rows],
    )


def reviewed(half: Half, said: np.ndarray | None, most: int = BUDGETS[-1]) -> tuple[np.ndarray, float]:
    """(C,) samples in the order in which they are decided, and the share of refits that changed the order.

    said: (n,) verdicts that the order learns from; None: the plain order.
    """
    model, order, drawn = ChanceModel(lambda: half.seen), half.seen.rows, half.drawn
    done, log, used = np.zeros(len(half.wrong), bool), np.empty(0, np.int64), []
    while len(log) < min(most, len(done)):
        queue = interleave(order, drawn, RANDOM_SHARE).rows
        coming = queue[~done[queue]][:LEARNS_EVERY]
        done[coming], log = True, np.concatenate([log, coming])
        if said is not None:
            logits = model.learn(log, said[log])
            used.append(logits is not None)
            order = half.seen.rows if logits is None else by_chance(half.seen.rows, logits)
    return log[:most], float(np.mean(used)) if used else 0.0


def by_chance(rows: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """As the queue orders them."""
    return rows[np.argsort(-logits[rows], kind="stable")]


@dataclass
class Walks:
    """S halves of one set. plain, learned, flipped: (S, B) wrong labels among so many cards, NaN beyond a half's end.
    half_found: (S, 2) cards until half of all wrong labels are found, plain and learned. used: (S,) share of refits
    that changed the order. held: (2, S, ...) whether bands hold: plain and learned."""

    name: str
    samples: int
    plain: np.ndarray
    learned: np.ndarray
    flipped: np.ndarray
    half_found: np.ndarray
    used: np.ndarray
    held: np.ndarray


def measure(part: JudgedPart, halves: int) -> Walks:
    """Halves with seeds 0, 1, 2 ..."""
    told: list[tuple] = []
    for seed in range(halves):
        half = Half.of(part, seed)
        flips = np.random.default_rng([seed, 7]).random(len(half.wrong)) < FLIPPED
        plain, _ = reviewed(half, None)
        learned, used = reviewed(half, half.wrong)
        flipped, _ = reviewed(half, np.where(flips, 1 - half.wrong, half.wrong))
        finds = [_finds(half, log) for log in (plain, learned, flipped)]
        until = [_until_half(half, log) for log in (plain, learned)]
        told.append((*finds, until, used, [_held(half, log) for log in (plain, learned)]))
    before, after, misled, cards, shares, held = (np.array(column, float) for column in zip(*told))
    return Walks(part.name, len(part.wrong) // 2, before, after, misled, cards, shares, held.swapaxes(0, 1))


def _finds(half: Half, log: np.ndarray) -> list[float]:
    found = half.wrong[log].cumsum()
    return [found[budget - 1] if budget <= len(half.wrong) else np.nan for budget in BUDGETS]


def _until_half(half: Half, log: np.ndarray) -> float:
    """NaN where so many are not found."""
    found = half.wrong[log].cumsum() >= half.wrong.sum() / 2
    return float(found.argmax() + 1) if found.any() else np.nan


def _held(half: Half, log: np.ndarray) -> list[list[bool]]:
    """Whether precision and detection rate lie in their fixed-n 95 % bands after each budget; NaN beyond the end."""
    flagged = half.ranking.rank < round(float(half.ranking.flagged_counts(np.array([half.threshold]))[0]))
    truth = (half.wrong[flagged].mean(), half.wrong[flagged].sum() / half.wrong.sum())
    told = []
    for budget in BUDGETS:
        if budget < JUDGED_FROM or budget > len(half.wrong):
            continue
        codes, shown = np.full(len(half.wrong), np.nan), np.zeros(len(half.wrong), bool)
        codes[log[:budget]] = half.wrong[log[:budget]]
        shown[np.intersect1d(log[:budget], half.drawn)] = True
        counted = count_verdicts(half.audit, codes, half.ranking, shown_here=shown)
        now = estimate(half.audit, codes, half.ranking, half.threshold, counted=counted, anytime=False)
        bands = (now.precision, now.detection_rate)
        told.append([band.low - 1e-9 <= real <= band.high + 1e-9 for band, real in zip(bands, truth)])
    return told


def tables(walks: Sequence[Walks], seconds: Sequence[float]) -> str:
    """Markdown."""
    budgets = [f"{budget:,} cards" if budget == BUDGETS[0] else f"{budget:,}" for budget in BUDGETS]
    gains = [["set", "samples a half", *budgets]]
    flips = [["set", "samples a half", *budgets]]
    others = [["set", "refits that changed the order, %", "cards to half of all wrong labels, %", "bands that hold, %"]]
    for one in walks:
        gains.append([one.name, f"{one.samples:,}", *_gains(one.plain, one.learned)])
        flips.append([one.name, f"{one.samples:,}", *_gains(one.plain, one.flipped)])
        sooner = 100 * (np.mean(one.half_found[:, 1]) / np.mean(one.half_found[:, 0]) - 1)
        held = " / ".join(f"{100 * np.mean(each):.1f}" for each in one.held)
        others.append([one.name, f"{100 * one.used.mean():.0f}", _signed(sooner), held])
    said = (
        f"Learning anew and ordering {MANY_SAMPLES:,} samples after {MANY_VERDICTS:,} verdicts (ImageNet's, drawn with "
        f"repetition): {1_000 * np.median(seconds):.0f} ms of processor time, {1_000 * max(seconds):.0f} at most."
    )
    halves = f"Sums over {len(walks[0].used)} halves, and the standard error of the gain over them."
    parts = ["### More (+) or fewer wrong labels found than by the plain order, %", halves, _markdown(gains)]
    parts += [f"### The same with {100 * FLIPPED:g} % of the verdicts flipped", _markdown(flips)]
    parts += ["### How often it speaks, how soon half is found, and whether fixed-n bands hold, plain / learning"]
    return "\n\n".join([*parts, _markdown(others), said])


def _gains(plain: np.ndarray, learned: np.ndarray) -> list[str]:
    cells = []
    for before, after in zip(plain.T, learned.T):
        gain = after.sum() / before.sum() - 1
        error = np.std(after - (1 + gain) * before, ddof=1) / np.sqrt(len(before)) / before.mean()
        cells.append("-" if np.isnan(gain) else f"{_signed(100 * gain)} ± {100 * error:.1f}")
    return cells


def _signed(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:+.1f}"


def _markdown(lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], ["---"] * len(lines[0]), *lines[1:]))


def refit_seconds(part: JudgedPart) -> list[float]:
    """Processor time of each refit and new order at many samples and verdicts."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(part.wrong), MANY_SAMPLES)
    seen, wrong = _some(part.seen, rows), part.wrong[rows]
    top, anywhere = seen.rows[: MANY_VERDICTS * 4 // 5], rng.permutation(MANY_SAMPLES)[: MANY_VERDICTS // 5]
    judged, model, took = np.concatenate([top, anywhere]), ChanceModel(lambda: seen), []
    for last in range(MANY_VERDICTS - REPEATS, MANY_VERDICTS + 1):
        began = time.process_time()
        logits = model.learn(judged[:last], wrong[judged[:last]])
        if logits is not None:
            by_chance(seen.rows, logits)
        took.append(time.process_time() - began)
    return took[1:]  # the first also reads what the experts say


def parts(data: Path) -> Iterator[JudgedPart]:
    for real in chain(real_sets(data), unlike_sets(data)):
        yield JudgedPart.of(real)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real sets")
    parser.add_argument("--quick", action="store_true", help="2 halves of each set instead of 20")
    parser.add_argument("--processes", type=int, help="at most so many at once; else as many as there are cores")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the tables between {START} and {END}")
    wanted = parser.parse_args(arguments)
    began, walks, made = time.perf_counter(), [], list(parts(wanted.data))
    with ProcessPoolExecutor(wanted.processes) as processes:
        for one in processes.map(measure, made, repeat(2 if wanted.quick else 20)):
            walks.append(one)
            print(f"{one.name}: measured after {time.perf_counter() - began:.0f} s", flush=True)
    text = tables(walks, refit_seconds(made[0]))
    print(text)
    if wanted.write:
        publish(text, wanted.write)


if __name__ == "__main__":
    main()
