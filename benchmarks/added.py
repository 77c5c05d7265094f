"""Adding an expert to a scored workspace, beside scoring all experts anew into another one.

``python -m benchmarks added``: S2's samples and classes, a fifth expert added to four and an eighth to seven, by the
command line as a person runs it. CPU seconds of fresh processes, medians of interleaved repetitions, and how often the
bytes of an old expert's file were read.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.made_data import Size, make
from benchmarks.measuring import ROOT, Cost, cost_of, machine, median

SAMPLES, CLASSES = 50_000, 1_000
GROWN = ((4, 5), (7, 8))  # experts before and after
REPETITIONS = 5

# Runs the command line and tells how many bytes of one file it read.
COUNTED = """
import os, sys
path, total, preadv = sys.argv[1], [0], os.preadv
def counted(file, buffers, place):
    got = preadv(file, buffers, place)
    total[0] += got * os.path.samestat(os.fstat(file), os.stat(path))
    return got
os.preadv = counted
from cleaning.command_line import main
assert main(sys.argv[2:]) == 0
print(total[0])
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Measures and prints a Markdown table, as committed in docs/performance.md."""
    size = make(Size("added", SAMPLES, CLASSES, max(after for _, after in GROWN)))
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}\n")
    print("| experts | all anew, CPU s | one added, CPU s | added / anew | passes over an old file, anew | added |")
    print("|---|---|---|---|---|---|")
    for before, after in GROWN:
        anew, added, passes = compare(size, before, after)
        ratio = added.cpu / anew.cpu
        print(
            f"| {before} + 1 | {anew.cpu:.2f} | {added.cpu:.2f} | {ratio:.2f} | {passes[0]:.1f} | {passes[1]:.1f} |",
            flush=True,
        )


def compare(size: Size, before: int, after: int) -> tuple[Cost, Cost, list[float]]:
    """Costs of both ways, and how often each read all of the first expert's file."""
    scored, root = size.folder / "scored", size.folder / "workspaces"
    _emptied(scored)
    cost_of(["cleaning", *_command(size, before, scored)])
    seen: tuple[list[Cost], list[Cost]] = ([], [])
    for _ in range(REPETITIONS):
        for start_from, costs in zip((None, scored), seen):
            _emptied(root, start_from)
            costs.append(cost_of(["cleaning", *_command(size, after, root)]))
    passes = []
    for start_from in (None, scored):
        _emptied(root, start_from)
        passes.append(_bytes_read(size.files[0], _command(size, after, root)) / os.path.getsize(size.files[0]))
    return median(seen[0]), median(seen[1]), passes


def _command(size: Size, experts: int, root: Path) -> list[str]:
    named = [f"--expert=m{number}={path}" for number, path in enumerate(size.files[:experts])]
    return ["score", f"--labels={size.labels}", *named, f"--out={size.folder / 'a.parquet'}", f"--workspaces={root}"]


def _emptied(root: Path, start_from: Path | None = None) -> None:
    """Nothing at ``root``, or a copy of other workspaces."""
    shutil.rmtree(root, ignore_errors=True)
    if start_from is not None:
        shutil.copytree(start_from, root)


def _bytes_read(path: Path, command: list[str]) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, str(path), *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])
