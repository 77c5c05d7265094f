"""K and tau of the paper's rule chosen by cross-validation, where it is known of some samples whether the label is wrong.

What is sought is the largest F1, the harmonic mean of precision and detection rate: it asks for no budget and no price of
a miss. K and tau are chosen on four fifths of the known samples and flag the last fifth, which had no part in it; of the
flags of all fifths together precision and detection rate are told, with 95 % intervals by a bootstrap over samples.
Symbols: J known samples, M experts, T values of tau.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import random_folds
from cleaning.calibrate.measures.resampling import percentile_interval
from cleaning.domain.judgements import RIGHT, WRONG
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, counted
from cleaning.estimate.audit_cards import cards_that_count
from cleaning.estimate.flag_counts import TAU_GRID
from cleaning.review.in_force import InForce

FOLDS, RESAMPLES, LEAST_WRONG = 5, 200, 10
CHOSEN = "cross-validation"


@dataclass(frozen=True)
class ChosenAgreement:
    """agree, tau: chosen on all known samples. usual: the K that is taken otherwise. table: see ``chosen_agreement``."""

    agree: int
    tau: float
    usual: int
    table: pd.DataFrame

    def sentence(self) -> str:
        """What was chosen, and whether it is better than the usual K."""
        row = self.table.set_index("agree").loc[CHOSEN]
        experts = len(self.table) - 1
        differs = "beyond chance" if row.gain_low > 0 or row.gain_high < 0 else "within chance"
        return (
            f"Cross-validation chooses K = {self.agree} of {experts} and tau = {self.tau:.2f}: F1 {row.f1:.3f} "
            f"({row.f1_low:.3f} to {row.f1_high:.3f}) on samples that had no part in the choice, {row.gain:+.3f} "
            f"({row.gain_low:+.3f} to {row.gain_high:+.3f}) against K = {self.usual}, {differs}."
        )


def chosen_agreement(
    count: np.ndarray,
    weakest: np.ndarray,
    wrong: np.ndarray,
    experts: int,
    usual: int,
    seed: int = 0,
    weight: np.ndarray | None = None,
) -> ChosenAgreement:
    """The K and tau with the largest F1, and what every K would give.

    count: (J,) experts that agree on another label. weakest: (J,) the least confidence among them. wrong: (J,) bool.
    usual: the K to compare with, its tau chosen likewise. weight: (J,) samples that each stands for; None: alike. The
    table has a row for each K and for the choice: agree, tau (of all known samples), chosen (share of the folds that
    choose it), precision, detection_rate, f1 with f1_low and f1_high, gain (F1 less that of the usual K) with gain_low
    and gain_high, paired. Raises InputError where fewer than LEAST_WRONG labels are known to be wrong, or right.
    """
    wrong = np.asarray(wrong, bool)
    few = _of_either(wrong)
    if few < LEAST_WRONG:
        raise InputError(
            f"Of {counted(len(wrong), 'known label')} {few} are {'wrong' if wrong.mean() < 0.5 else 'right'}; K and tau "
            f"are chosen from {LEAST_WRONG} or more."
        )
    known = _Known(
        np.asarray(count, int),
        np.searchsorted(TAU_GRID, np.asarray(weakest, float), side="right") - 1,
        wrong,
        np.ones(len(wrong)) if weight is None else np.asarray(weight, float),
    )
    flags, picks = _left_out(known, random_folds(len(wrong), FOLDS, seed), experts)
    best = _best_tau(known, experts)
    agree = 1 + int(np.argmax(best[1]))
    table = _table(flags, known, usual, seed)
    table.insert(1, "tau", [*TAU_GRID[best[0]], TAU_GRID[best[0][agree - 1]]])
    table.insert(2, "chosen", [*(np.bincount(picks, minlength=experts + 1)[1:] / FOLDS), 1.0])
    return ChosenAgreement(agree, float(TAU_GRID[best[0][agree - 1]]), usual, table)


def agreement_by_reviews(now: InForce, count: np.ndarray, tau: np.ndarray) -> ChosenAgreement | None:
    """The same from the random cards that count, each for the samples that it stands for; None where too few are judged
    wrong. count, tau: (N,) as from ``cleaning.estimate.flag_counts.agreements``."""
    cards = cards_that_count(now.said.counted, now.ranked.ranking)
    if cards is None:
        return None
    said = now.codes[cards.rows]
    judged = (said == WRONG) | (said == RIGHT)
    rows, wrong = cards.rows[judged], said[judged] == WRONG
    experts = len(now.run.expert_names)
    if _of_either(wrong) < LEAST_WRONG:
        return None
    weakest = np.where(tau[rows] < 0, -1.0, TAU_GRID[tau[rows]])
    usual, weight = Settings().agree_of(experts), cards.weights()[judged]
    return chosen_agreement(count[rows], weakest, wrong, experts, usual, weight=weight)


def _of_either(wrong: np.ndarray) -> int:
    """How many there are of the rarer verdict."""
    return min(int(wrong.sum()), int((~wrong).sum()))


@dataclass(frozen=True)
class _Known:
    """(J,) each: experts that agree, place of the highest tau they pass, whether the label is wrong, and its weight."""

    count: np.ndarray
    place: np.ndarray
    wrong: np.ndarray
    weight: np.ndarray

    def part(self, rows: np.ndarray) -> "_Known":
        return _Known(self.count[rows], self.place[rows], self.wrong[rows], self.weight[rows])


def _left_out(known: _Known, fold: np.ndarray, experts: int) -> tuple[np.ndarray, np.ndarray]:
    """((M + 1, J) bool flags of every K and of the choice, each by what the other folds chose; (FOLDS,) K chosen)."""
    flags, picks = np.zeros((experts + 1, len(fold)), bool), np.empty(FOLDS, int)
    for f in range(FOLDS):
        out = fold == f
        taus, scores = _best_tau(known.part(~out), experts)
        picks[f] = 1 + int(np.argmax(scores))
        for agree in range(1, experts + 1):
            flags[agree - 1, out] = (known.count[out] >= agree) & (known.place[out] >= taus[agree - 1])
        flags[-1, out] = flags[picks[f] - 1, out]
    return flags, picks


def _best_tau(known: _Known, experts: int) -> tuple[np.ndarray, np.ndarray]:
    """((M,) place of the best tau for each K, (M,) its F1); of equals the highest tau, which flags least."""
    wrong = known.weight * known.wrong
    flagged, found = (_passing_all(known, weight, experts) for weight in (known.weight, wrong))
    score = 2 * found / np.maximum(flagged + float(wrong.sum()), 1e-12)
    best = score.shape[1] - 1 - np.argmax(score[:, ::-1], axis=1)
    return best, score[np.arange(experts), best]


def _passing_all(known: _Known, weight: np.ndarray, experts: int) -> np.ndarray:
    """(M, T) total weight of the samples that pass each K and tau."""
    size = len(TAU_GRID) + 1
    cells = np.bincount(known.count * size + known.place + 1, weight, (experts + 1) * size).reshape(experts + 1, size)
    return cells[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1][1:, 1:]


def _table(flags: np.ndarray, known: _Known, usual: int, seed: int) -> pd.DataFrame:
    wrong, weight = known.wrong, known.weight
    draws = np.random.default_rng(seed).multinomial(len(wrong), np.full(len(wrong), 1 / len(wrong)), RESAMPLES)
    f1, drawn = _f1(flags, wrong, weight[None])[0], _f1(flags, wrong, draws * weight)
    rows, names = [], [*map(str, range(1, len(flags))), CHOSEN]
    for place, (name, own) in enumerate(zip(names, flags)):
        ends = percentile_interval(drawn[:, place])
        gain = percentile_interval(drawn[:, place] - drawn[:, usual - 1])
        hits, flagged = float(weight[own & wrong].sum()), float(weight[own].sum())
        told = hits / flagged if flagged else 0.0, hits / float(weight[wrong].sum()), f1[place], *ends
        rows.append((name, *told, f1[place] - f1[usual - 1], *gain))
    columns = ["agree", "precision", "detection_rate", "f1", "f1_low", "f1_high", "gain", "gain_low", "gain_high"]
    return pd.DataFrame(rows, columns=columns)


def _f1(flags: np.ndarray, wrong: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(draws, M + 1) F1 of every row of flags under every draw's weights (draws, J)."""
    weights = weights.astype(float)
    hits, flagged = weights @ (flags & wrong).T, weights @ flags.T
    return 2 * hits / np.maximum(flagged + (weights @ wrong)[:, None], 1e-12)
