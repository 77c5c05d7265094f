"""Markdown tables of the detection benchmark."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection_contenders import DEFAULT
from cleaning.known_truth.detection_metrics import MEASURES, Measured

if TYPE_CHECKING:
    from benchmarks.detection import Contest

AVERAGE_PRECISION = 0
NOTHING = 5e-4  # a difference that shows as 0.000
SAME_SAMPLES = ("MMLU",)  # sets that share their samples are left out together


def tables(contests: Sequence["Contest"]) -> str:
    """All tables, one below the other."""
    sections = [
        ("The default and the best of all others, average precision", against_the_best(contests)),
        (
            "The same for every measure: default minus best other, paired; (beyond) where the best other lies beyond the "
            "default's own interval",
            every_measure(contests),
        ),
        ("Other defaults: average precision minus the default's", tried(contests)),
        ("Choosing among them on the other sets", left_out(contests)),
        *((f"{c.judged.name}", one_set(c)) for c in contests),
    ]
    return "\n\n".join(f"### {title}\n\n{body}" for title, body in sections)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def against_the_best(contests: Sequence["Contest"]) -> str:
    rows = []
    for c in contests:
        best = c.best_other(AVERAGE_PRECISION)
        rows.append(
            [
                c.judged.name,
                f"{len(c.judged.wrong):,}",
                f"{100 * c.judged.wrong.mean():.1f}",
                _with_interval(c.default, AVERAGE_PRECISION),
                f"{best}: {c.contenders[best].point[AVERAGE_PRECISION]:.3f}",
                "yes" if _within(c.default, c.contenders[best], AVERAGE_PRECISION) else "no",
                *_difference(c.default, c.contenders[best], AVERAGE_PRECISION),
            ]
        )
    header = ["set", "judged", "wrong, %", "default", "best other", "within the default's interval"]
    return table([*header, "default minus best other, paired", "no worse, paired"], rows)


def every_measure(contests: Sequence["Contest"]) -> str:
    rows = []
    for c in contests:
        others = [c.contenders[c.best_other(q)] for q in range(len(MEASURES))]
        cells = (
            _difference(c.default, other, q)[0] + ("" if _within(c.default, other, q) else " (beyond)")
            for q, other in enumerate(others)
        )
        rows.append([c.judged.name, *cells])
    return table(["set", *MEASURES], rows)


def tried(contests: Sequence["Contest"]) -> str:
    told = [c for c in contests if c.tried]
    real = [c for c in told if c.judged.kind == "real"]
    rows = []
    for name in told[0].tried if told else ():
        if name != DEFAULT:
            gains = {c.judged.name: c.tried[name].over(c.default)[:, AVERAGE_PRECISION] for c in told}
            means = (
                f"{np.mean([gains[c.judged.name][0] for c in some]):+.4f}" if some else "" for some in (real, told)
            )
            won, lost = ("; ".join(n for n in gains if sign(gains[n])) or "none" for sign in (_wins, _loses))
            rows.append([name, *means, won, lost, *(_signed(gains[c.judged.name]) for c in real)])
    header = ["instead of the default", "mean, real sets", "mean, all", "wins on", "loses on"]
    return table([*header, *(c.judged.name for c in real)], rows)


def left_out(contests: Sequence["Contest"]) -> str:
    """For each set: what wins on the mean over all others without losing on any of them, and what it gives here."""
    told = [c for c in contests if c.tried]
    rows, gains = [], []
    for c in told:
        others = [o for o in told if o is not c and not _same_samples(o, c)]
        choice = chosen(others)
        gain = c.tried[choice].over(c.default)[:, AVERAGE_PRECISION]
        gains.append(gain[0])
        rows.append([c.judged.name, choice, _signed(gain)])
    rows.append(["mean", "", f"{np.mean(gains):+.4f}"] if gains else ["none", "", ""])
    return table(["set left out", "chosen on the others", "its gain over the default here"], rows)


def chosen(contests: Sequence["Contest"]) -> str:
    """The default or the alternative with the highest mean average precision that loses on none of these sets."""
    best, highest = DEFAULT, 0.0
    for name in contests[0].tried:
        over = [c.tried[name].over(c.default)[:, AVERAGE_PRECISION] for c in contests]
        mean = float(np.mean([gain[0] for gain in over]))
        if mean > highest and not any(_loses(gain) for gain in over):
            best, highest = name, mean
    return best


def _same_samples(one: "Contest", other: "Contest") -> bool:
    return any(one.judged.name.startswith(n) and other.judged.name.startswith(n) for n in SAME_SAMPLES)


def one_set(c: "Contest") -> str:
    order = sorted(c.contenders, key=lambda name: -c.contenders[name].point[AVERAGE_PRECISION])
    rows = []
    for name in order:
        measured = c.contenders[name]
        cells = [_with_interval(measured, q) for q in range(len(MEASURES))]
        over = "" if name == DEFAULT else _difference(c.default, measured, AVERAGE_PRECISION)[0]
        rows.append([f"**{name}**" if name == DEFAULT else name, *cells, over])
    return table(["", *MEASURES, "default minus this, average precision"], rows)


def _with_interval(measured: Measured, q: int) -> str:
    low, high = measured.interval()[:, q]
    return f"{measured.point[q]:.3f} [{low:.3f}, {high:.3f}]"


def _within(default: Measured, other: Measured, q: int) -> bool:
    """Whether the other is no better than the upper end of the default's own interval."""
    return bool(other.point[q] <= default.interval()[1, q] + NOTHING)


def _difference(default: Measured, other: Measured, q: int) -> tuple[str, str]:
    """The difference with its interval, and whether the default is no worse than the other within it."""
    gain = default.over(other)[:, q]
    return _signed(gain), "no" if _loses(gain) else "yes"


def _signed(gain: np.ndarray) -> str:
    return "{:+.3f} [{:+.3f}, {:+.3f}]".format(*gain)


def _loses(gain: np.ndarray) -> bool:
    """Whether a (3,) difference and its interval lie below 0."""
    return bool(gain[2] < 0 and gain[0] < -NOTHING)


def _wins(gain: np.ndarray) -> bool:
    return bool(gain[1] > 0 and gain[0] > NOTHING)
