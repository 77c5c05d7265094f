"""An operating point with a promise: almost as accurate as the last expert alone, with a stated confidence.

Half of the samples teach a row of plans, from "everybody is asked" to "nobody is sent on"; the other half, which none of
them has seen, tests them in this order (fixed sequence), each at the full level, until the first that cannot be proved.
The chance that the cheapest proved plan is worse than promised, on samples of the same kind, is at most 1 - confidence.
Sources: Angelopoulos, Bates, Candes, Jordan, Lei 2021, "Learn then Test" (fixed-sequence testing of a chosen risk); the
p-value of the paired difference treats the unknown share of unlike answers by Berger and Boos 1994.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.calibrators import fit_platt
from cleaning.calibrate.measures.words import percent
from cleaning.errors import InputError
from cleaning.experts.cascade.expert_answers import (
    AnswerRule,
    Answers,
    Calibrate,
    check_experts,
    confidence_rows,
    correct_rows,
)
from cleaning.experts.cascade.learn_router import router_of
from cleaning.experts.cascade.learned_plan import LearnedPlan, learn_plan

STEPS = 51  # plans in the row
UNCOVERED = 0.001  # chance that the share of unlike answers lies outside its interval
NUISANCE_GRID = 13


@dataclass(frozen=True)
class Promise:
    """points: at most so many below ``names[-1]`` alone. confidence: 0..1. fraction: of the possible extra cost that the
    proved plan spends. cost_share: its cost / that of the last expert alone. gap: accuracy minus the last one's on the
    ``proved`` samples. router: ready for JSON, learned on the other ``learned`` samples; None where nothing cheaper than
    asking the last expert alone can be promised (fraction and cost_share are then of that: 1)."""

    names: tuple[str, ...]
    points: float
    confidence: float
    fraction: float
    cost_share: float
    gap: float
    learned: int
    proved: int
    router: dict | None

    def sentence(self) -> str:
        """The promise in words."""
        last = self.names[-1]
        within = f"at most {self.points:g} point{'' if self.points == 1 else 's'} below {last} alone"
        if self.router is None:
            return (
                f"Nothing cheaper than {last} alone can be promised to stay {within} with {percent(self.confidence)} "
                f"confidence on the {self.proved:,} samples kept for the proof. Allow more points, or bring more samples."
            )
        side = "below" if self.gap < 0 else "above"
        return (
            f"Promised with {percent(self.confidence)} confidence: {within}, at {percent(self.cost_share)} of its cost. "
            f"Learned on {self.learned:,} samples and proved on {self.proved:,} others, where the router is "
            f"{abs(100 * self.gap):.1f} points {side}. It holds for samples of the same kind."
        )


def promised(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    points: float,
    *,
    confidence: float = 0.95,
    answer: AnswerRule = "last",
    bins: int | None = None,
    calibrate: Calibrate = fit_platt,
    seed: int = 0,
) -> Promise:
    """The cheapest router proved to be at most ``points`` percentage points less accurate than the last expert alone.

    Arguments else as of ``learn_router``. seed: of the two halves. Raises InputError for points outside 0 to 100 or a
    confidence outside 0.5 to 1.
    """
    if not 0 <= points <= 100 or not 0.5 <= confidence < 1:
        raise InputError(
            f"A promise of {points:g} points with confidence {confidence:g} cannot be; points lie between 0 and 100, the "
            "confidence between 0.5 and 1 (0.95 is usual)."
        )
    check_experts(experts, given_labels)
    learn, prove = np.array_split(np.random.default_rng(seed).permutation(len(given_labels)), 2)
    pupils, judges = ([_part(e, rows) for e in experts] for rows in (learn, prove))
    plan = learn_plan(pupils, given_labels[learn], answer=answer, bins=bins, calibrate=calibrate)
    found = _cheapest_proved(plan, judges, given_labels[prove], points / 100, 1 - confidence, seed)
    names, costs = tuple(e.name for e in experts), plan.costs
    cost = None if found is None else costs[0] + found[0] * costs[1:].sum()
    if found is None or cost is None or cost >= costs[-1]:
        return Promise(names, points, confidence, 1.0, 1.0, 0.0, len(learn), len(prove), None)
    promise = {"points": points, "confidence": confidence, "below": names[-1], "proved_on": len(prove), "gap": found[1]}
    router = router_of(plan, pupils, given_labels[learn], found[0]) | {"promise": promise}
    share = float(cost / costs[-1])
    return Promise(names, points, confidence, found[0], share, found[1], len(learn), len(prove), router)


def _part(expert: Answers, rows: np.ndarray) -> Answers:
    score = None if expert.score is None else expert.score[rows]
    return Answers(
        expert.name,
        np.asarray(expert.predicted)[rows],
        np.asarray(expert.confidence)[rows],
        expert.cost,
        expert.fingerprint,
        score,
        expert.latency,
    )


def _cheapest_proved(
    plan: LearnedPlan, experts: Sequence[Answers], labels: np.ndarray, margin: float, level: float, seed: int
) -> tuple[float, float] | None:
    """(fraction spent, gap) of the last plan of the row that is proved; None where not even the first is."""
    right = correct_rows(experts, labels).astype(float)
    drawn = (np.random.default_rng(seed).random(right.shape[1]) < right).astype(int)  # a score is right so often
    held, answered = plan.standing_on(confidence_rows(experts), drawn)
    extra, line, found = float(plan.costs[1:].sum()), np.arange(right.shape[1]), None
    for fraction in np.linspace(1, 0, STEPS):
        decisions, spent = plan.within(float(fraction))
        gained = answered[plan.last_asked(decisions, held), line] - drawn[-1]
        better, worse = int((gained > 0).sum()), int((gained < 0).sum())
        if gap_p_value(better, worse, len(gained), margin) > level:
            break
        found = spent / extra, float(gained.mean())
    return found


def gap_p_value(better: int, worse: int, n: int, margin: float) -> float:
    """P-value of "on average worse by ``margin`` (0..1) or more", for any n: exact, no normal approximation.

    better, worse: of n pairs, how often only the first is right, and only the second. Outcomes count as at least as
    extreme by z = (mean difference + margin) / its standard error at that margin. How often answers are unlike is not
    known: the worst of a grid over its 99.9 % Clopper-Pearson interval is taken, and the rest added (Berger and Boos 1994).
    """
    from scipy.special import betainccinv, betaincinv

    unlike, rest = better + worse, np.arange(n + 1)
    low = 0.0 if unlike == 0 else float(betaincinv(unlike, n - unlike + 1, UNCOVERED / 2))
    high = 1.0 if unlike == n else float(betainccinv(unlike + 1, n - unlike, UNCOVERED / 2))
    if high < margin:
        return UNCOVERED  # answers are not even unlike so often
    error = np.sqrt(np.maximum(np.maximum(rest / n, margin) - margin**2, 1e-12) / n)
    z = ((better - worse) / n + margin) / error[unlike]
    least = np.ceil((rest + n * (z * error - margin)) / 2 - 1e-9)  # of better, by how many are unlike
    worst = 0.0
    for share in np.linspace(max(low, margin, 1e-12), high, NUISANCE_GRID):
        spread = 6 * np.sqrt(n * share * (1 - share)) + 6
        near = rest[max(0, int(n * share - spread)) : int(n * share + spread) + 1]
        chance = _at_least(near, n, share) - _at_least(near + 1, n, share)
        extreme = chance @ _at_least(least[near], near, (1 - margin / share) / 2)
        worst = max(worst, float(extreme + 1 - chance.sum()))
    return min(1.0, UNCOVERED + worst)


def _at_least(count: np.ndarray, n: int | np.ndarray, share: float) -> np.ndarray:
    """Chance that of n draws, each a hit with chance ``share``, ``count`` or more are hits (binomial)."""
    from scipy.special import betainc

    chance = betainc(np.maximum(count, 1), np.maximum(n - count + 1, 1), share)
    return np.where(count <= 0, 1.0, np.where(count > n, 0.0, chance))
