"""Dask on this machine: its overhead against one process, memory of a worker, and a worker killed half-way.

    python -m benchmarks.workers [--size S3] [--workers 2] [--rounds 3]

Both sides are the command line, in turns. The killing is done by a process that scores with a client of its own.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.made_data import SIZES, Size, make
from benchmarks.measuring import interleaved, machine
from benchmarks.scoring import command_of


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="S3", choices=sorted(SIZES))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments or [])
    size = make(SIZES[chosen.size])
    print(f"{machine()}\n\n{size.name}: {size.described()}, {chosen.workers} workers, {chosen.rounds} repetitions\n")
    overhead(size, chosen.workers, chosen.rounds)
    killing(size, chosen.workers)


def overhead(size: Size, workers: int, rounds: int) -> None:
    one = command_of("second_opinion", size)
    costs = interleaved({"one process": one, "Dask": [*one, f"--workers={workers}"]}, rounds)
    print("| side | CPU s | wall s | peak MB of the process that ran it | CPU / one process | wall / one process |")
    print("|---|---|---|---|---|---|")
    base = costs["one process"]
    for name, cost in costs.items():
        ratios = f"{cost.cpu / base.cpu:.2f} | {cost.wall / base.wall:.2f}"
        print(f"| {name} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f} | {ratios} |", flush=True)


def killing(size: Size, workers: int) -> None:
    """Scores twice with workers, once with one of them killed half-way, and compares every number."""
    import pandas as pd

    from cleaning.domain.dataset import Dataset
    from cleaning.domain.experts import FullExpert
    from cleaning.domain.folds import draw_folds
    from cleaning.suspect.distributed import ask_distributed, connected

    labels = np.load(size.labels).astype(np.int32)
    ids = np.arange(size.samples).astype(str).astype(object)
    names = tuple(f"class {k}" for k in range(size.classes))
    dataset = Dataset(size.name, "image", ids, labels, names, pd.DataFrame({"sample_id": ids}))
    files = [np.load(path, mmap_mode="r") for path in size.files]
    experts = [FullExpert(f"m{number}", scores=scores) for number, scores in enumerate(files)]
    folds, killed = draw_folds(ids, 0), list[int]()
    with connected(workers=workers) as client:

        def kill_one(words: str, share: float) -> None:
            if words == "asking the experts" and share >= 0.4 and not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        began = time.perf_counter()
        whole = ask_distributed(client, dataset, experts, folds)
        undisturbed = time.perf_counter() - began
        most = max(client.run(_peak_megabytes).values())
        began = time.perf_counter()
        disturbed = ask_distributed(client, dataset, experts, folds, kill_one)
        longer = time.perf_counter() - began
    same = all(
        np.array_equal(getattr(whole, field), getattr(disturbed, field), equal_nan=True)
        for field in ("predicted", "confidence", "label_probability", "suggested", "suggested_probability", "weights")
    )
    print(f"\nMost memory of a worker: {most:.0f} MB")
    print(
        f"Worker killed at 40 %: {bool(killed)}; every number the same: {same}; {longer:.1f} s for {undisturbed:.1f} s"
    )


def _peak_megabytes() -> float:
    """Of the process itself: what getrusage tells counts the process that started it as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1:])
