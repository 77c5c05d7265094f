"""Do the intervals hold when reviewers err? Simulated reviewers whose verdicts are wrong now and then.

Each simulation draws an audit for 5 % flagged; the flagged samples are reviewed to the end and 200 random cards with them.
Verdicts err as flips (either way), false alarms or misses alone. Cards judged wrong below the threshold come back for a
second look or do not; the second look errs by itself, or repeats a mistake as the same person would (half of the time).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from benchmarks.populations import Population
from cleaning.estimate import count_verdicts, estimate
from cleaning.estimate.totals import VerdictErrors
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

FLAGGED, CARDS = 0.05, 200
KINDS = {
    "none": (0.0, 0.0),
    "flips 5 %": (0.05, 0.05),
    "flips 15 %": (0.15, 0.15),
    "false alarms 5 %": (0.05, 0.0),
    "false alarms 15 %": (0.15, 0.0),
    "misses 5 %": (0.0, 0.05),
    "misses 15 %": (0.0, 0.15),
}
SECOND = {"one look": None, "another's second look": 0.0, "one's own second look": 0.5}  # mistakes repeated
ROUNDING = 1e-9


@dataclass
class ErrorsTally:
    """Sums over simulations by (kind of error, second look); Q is precision, detection rate.

    inside, told: (Q,) hits of the band as it is, and of the band that allows for such errors. bias: (Q,) point less truth.
    width: (Q,) half-widths of the first. more: share of further cards.
    """

    name: str
    simulations: int
    inside: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    told: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    bias: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    width: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    more: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, case: tuple[str, str], inside, told, bias, width, more: float) -> None:
        for sums, value in ((self.inside, inside), (self.told, told), (self.bias, bias), (self.width, width)):
            sums[case] = sums.get(case, np.zeros(2)) + np.array(value, float)
        self.more[case] = self.more.get(case, 0.0) + more


def measure_errors(population: Population, simulations: int) -> ErrorsTally:
    """Coverage, bias and widths over ``simulations`` audits with seeds 0, 1, 2 ..."""
    ranking, wrong = rank_suspicion(population.suspicion), population.wrong
    flagged = ranking.ties_kept_whole(round(FLAGGED * len(ranking)))
    threshold, above = float(ranking.suspicion[flagged - 1]), ranking.rank < flagged
    truth = np.array([wrong[above].mean(), wrong[above].sum() / wrong.sum()])
    tally = ErrorsTally(population.name, simulations)
    for seed in range(simulations):
        rng, audit = np.random.default_rng([seed, 19]), draw_audit(ranking, threshold, seed)
        reviewed = above.copy()
        reviewed[audit.rows[:CARDS]] = True
        shown = np.zeros(len(wrong), bool)
        shown[audit.rows[:CARDS]] = True
        told: dict[tuple[bytes, ...], tuple] = {}  # kinds of errors that come to the same verdicts
        for case, codes, more in _judged(wrong, reviewed, ~above, rng):
            (alarm, miss), repeated = KINDS[case[0]], SECOND[case[1]]
            errors = VerdictErrors.of((alarm, alarm), (miss, miss), repeated)
            same = tuple(a.tobytes() for a in (codes[reviewed], errors.false_alarm, errors.miss))
            if same not in told:
                counted = count_verdicts(audit, codes, ranking, shown_here=shown)
                ask = (audit, codes, ranking, threshold)
                told[same] = tuple(estimate(*ask, counted=counted, errors=e) for e in (None, errors))
            plain, allowed = told[same]
            points, widths = zip(*((b.point, b.half_width) for b in (plain.precision, plain.detection_rate)))
            tally.add(case, _hits(plain, truth), _hits(allowed, truth), np.array(points) - truth, widths, more)
    return tally


def _judged(wrong: np.ndarray, reviewed: np.ndarray, below: np.ndarray, rng) -> Iterator[tuple]:
    """(case, (N,) codes, share of further cards) of every kind of error and second look, by the same lots."""
    first, second, again = rng.random((3, len(wrong)))
    for kind, look in product(KINDS, SECOND):
        alarm, miss = KINDS[kind]
        chance = np.where(wrong > 0, miss, alarm)
        erred = first < chance
        code = np.where(erred, 1 - wrong, wrong)
        more = 0.0
        if SECOND[look] is not None:
            asked = reviewed & below & (code > 0)
            repeats = np.where(erred, (again < SECOND[look]) | (second < chance), second < chance)
            confirmed = np.where(repeats, 1 - wrong, wrong)
            code, more = np.where(asked, code * confirmed, code), asked.sum() / reviewed.sum()
        yield (kind, look), np.where(reviewed, code, np.nan), more


def _hits(told, truth: np.ndarray) -> list[bool]:
    bands = (told.precision, told.detection_rate)
    return [b.low - ROUNDING <= real <= b.high + ROUNDING for b, real in zip(bands, truth)]


def errors_table(tallies: Sequence[ErrorsTally]) -> str:
    """Markdown: over all sets by kind of error and second look, and by set for flips of 5 %."""
    header = ["verdicts", "second look", "holds, lowest of the sets", "and with the errors allowed for"]
    header += ["bias in points, mean of the sets", "half-width in points", "further cards, %"]
    rows = [header, ["---"] * len(header)]
    for case in product(KINDS, SECOND):
        inside, told, bias, width = (
            np.array([getattr(t, name)[case] / t.simulations for t in tallies])
            for name in ("inside", "told", "bias", "width")
        )
        more = np.mean([t.more[case] / t.simulations for t in tallies])
        cells = [
            _pair(inside.min(0)),
            _pair(told.min(0)),
            _pair(bias.mean(0)),
            _pair(width.mean(0)),
            f"{100 * more:.1f}",
        ]
        rows.append([*case, *cells])
    each = [["set", *(f"{look}: holds, bias of the detection rate" for look in SECOND)], ["---"] * (1 + len(SECOND))]
    for t in tallies:
        cases = [("flips 5 %", look) for look in SECOND]
        said = (f"{_pair(t.inside[c] / t.simulations)}, {100 * t.bias[c][1] / t.simulations:+.1f}" for c in cases)
        each.append([t.name, *said])
    return "\n\n".join("\n".join("| " + " | ".join(line) + " |" for line in table) for table in (rows, each))


def _pair(values: np.ndarray) -> str:
    return " / ".join(f"{100 * v:.1f}" for v in values)
