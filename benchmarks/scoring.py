"""Files to ranked list on S1 to S4, beside what people use today, and how the cost grows with N, K and M.

``python -m benchmarks scoring -- S1 S2`` measures only these sizes, ``-- slopes`` only the growth. Each side is a
fresh process; medians of interleaved repetitions. The machine's noise is in the seconds and hardly in the ratios.
"""

import importlib.util
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.made_data import GROWTH, SIZES, Size, make
from benchmarks.measuring import cost_of, interleaved, machine

REPETITIONS = {"S3": 3}
FEW = 5
NEEDS_WHOLE_MEMORY = 14e9  # bytes; whole-array sides on S3 are left out of a machine with less free
OURS = "second_opinion"
SIDES = {
    "S1": (
        OURS, "read_bytes", "plain_numpy", "cleanlab_low_self_confidence", "cleanlab_confident_learning",
        "cleanlab_default", "sklearn_temperature", "netcal_temperature", "temperature_and_ensemble",
    ),
    "S2h": (OURS, "read_bytes", "plain_numpy", "cleanlab_low_self_confidence", "cleanlab_confident_learning"),
    "S3": (OURS, "read_bytes", "cleanlab_batched"),
}  # fmt: skip
SIDES["S2"] = SIDES["S4"] = SIDES["S1"]
ONCE = {"S3": ("cleanlab_low_self_confidence",)}  # too large to repeat


def main(arguments: Sequence[str] = ()) -> None:
    """Measures and prints Markdown tables, as committed in docs/performance.md."""
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}")
    for name in ("S1", "S2", "S2h", "S3", "S4"):
        if not arguments or name in arguments:
            compare(make(SIZES[name]))
    if not arguments or "slopes" in arguments:
        for symbol, sizes in GROWTH.items():
            growth(symbol, [make(size) for size in sizes])


def compare(size: Size) -> None:
    """All sides on one size, interleaved."""
    sides = [side for side in SIDES[size.name] if _available(side)]
    costs = interleaved({side: command_of(side, size) for side in sides}, REPETITIONS.get(size.name, FEW))
    for side in ONCE.get(size.name, ()):
        if _free_memory() > NEEDS_WHOLE_MEMORY:
            costs[side] = cost_of(command_of(side, size))
        else:
            print(f"{side} left out of {size.name}: not enough free memory")
    print(f"\n{size.name}: {size.described()}, {REPETITIONS.get(size.name, FEW)} repetitions\n")
    print("| side | CPU s | wall s | peak MB | ours / its CPU |\n|---|---|---|---|---|")
    for side, cost in costs.items():
        ratio = costs[OURS].cpu / cost.cpu
        print(f"| {side} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f} | {ratio:.3f} |", flush=True)


def growth(symbol: str, sizes: Sequence[Size]) -> None:
    """How our CPU time grows along one of N, K, M: a straight line's slope and the largest deviation from it."""
    costs = interleaved({size.name: command_of(OURS, size) for size in sizes}, FEW)
    along = np.array([{"N": s.samples, "K": s.classes, "M": s.experts}[symbol] for s in sizes], float)
    cpu = np.array([costs[s.name].cpu for s in sizes])
    slope, start = np.polyfit(along, cpu, 1)
    off = np.abs(slope * along + start - cpu).max() / cpu.max()
    times = ", ".join(f"{a:,.0f}: {c:.2f} s" for a, c in zip(along, cpu))
    print(
        f"\n{symbol}: {times}; {start:.2f} s + {slope * along[0]:.3f} s per {along[0]:,.0f}; off by {off:.1%} at most"
    )


def command_of(side: str, size: Size) -> list[str]:
    """The Python module and arguments that run a side in a process of its own."""
    if side == OURS:  # the command line as a person runs it
        experts = [f"--expert=m{number}={path}" for number, path in enumerate(size.files)]
        return ["cleaning", "score", f"--labels={size.labels}", *experts, f"--out={size.folder / 'scores.parquet'}"]
    return ["benchmarks.contestants", side, size.name]


def _available(side: str) -> bool:
    library = side.partition("_")[0]
    if library not in ("cleanlab", "netcal", "sklearn", "temperature") or importlib.util.find_spec(
        {"temperature": "cleanlab"}.get(library, library)
    ):
        return True
    print(f"{side} left out: {library} is not installed")
    return False


def _free_memory() -> float:
    """Bytes that processes could still take."""
    with open("/proc/meminfo") as lines:
        return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
