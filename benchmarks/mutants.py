"""How many planted mistakes the tests notice: mutants of the formulas, each against the tests beside its folder.

    python -m benchmarks mutants -- --publish      # all areas, tables into docs/mutants.md
    python -m benchmarks mutants -- queue --each 40 --seed 1
    python -m benchmarks mutants -- --again build/mutants.json      # that run, its survivors against new tests

One process at a time, on a copy of the tree in a temporary folder: the checkout is never changed. A mutant counts as
killed when a test fails, or when the tests need far more processor time than they ever should.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from benchmarks.mutations import Mutant, mutants_of
from benchmarks.published import publish

REPOSITORY = Path(__file__).resolve().parent.parent
COPIED = ("cleaning", "data_adapters", "pages", "tests", "app.py", "pyproject.toml")
LOADED_BEFORE = (
    "numpy pandas scipy.stats scipy.optimize scipy.special pytest hypothesis sqlalchemy pyarrow.parquet "
    "sklearn.linear_model cleanlab.rank"
).split()
PACE_OR_MEMORY = frozenset(
    "CHUNK CHUNK_ROWS CHUNK_CELLS BLOCKS TOGETHER STACKING_ROWS CARD_LIMIT LOOKS NEWTON_TOLERANCE TOLERANCE "
    "SMALL_STEP SMALLEST TINY CLEAR LEADING".split()
)
MOST_SECONDS = 180  # of processor time for one run of the tests, which takes 10 to 60
LOADED_ALREADY = "ignore::pytest.PytestAssertRewriteWarning"
SURVIVED, KILLED, REFUSED = 0, (1, 2), "tests could not run"


@dataclass(frozen=True)
class Area:
    """Files to change, below cleaning/; folders of tests beside them, below tests/cleaning/. passed_over: file names
    that only carry rows to and fro."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    passed_over: tuple[str, ...] = ("__init__.py", "distributed.py", "opinion_store.py", "bands.py")

    def paths(self) -> list[str]:
        found = {path for pattern in self.files for path in (REPOSITORY / "cleaning").glob(pattern)}
        kept = sorted(path for path in found if path.name not in self.passed_over)
        return [path.relative_to(REPOSITORY).as_posix() for path in kept]


THRESHOLDS = ("flag_counts.py", "goals.py", "ranking.py")
AREAS = {
    "suspicion": Area(("suspect/*.py",), ("suspect",), (*Area.passed_over, *THRESHOLDS)),
    "calibration": Area(("calibrate/**/*.py",), ("calibrate",)),
    "estimation": Area(("estimate/*.py",), ("estimate",), (*Area.passed_over, *THRESHOLDS)),
    "thresholds": Area(tuple(f"*/{name}" for name in THRESHOLDS), ("estimate", "suspect")),
    "queue": Area(("review/queue.py",), ("review",)),
    "settling": Area(("settle/*.py",), ("settle",)),
}


def main(arguments: Sequence[str] = ()) -> None:
    chosen = _parse(arguments)
    planted = _again(chosen.again) if chosen.again else drawn(chosen.areas or list(AREAS), chosen.each, chosen.seed)
    results = _killed(chosen.again) if chosen.again else []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for number, (area, mutant) in enumerate(planted, start=1):
            killed = bench.kills(area, mutant)
            results.append({"area": area, "killed": killed, **asdict(mutant)})
            print(
                f"{number}/{len(planted)} {'killed' if killed else 'SURVIVED'} {mutant.path}:{mutant.line}", flush=True
            )
            _keep(results, chosen.out)
        for area in {r["area"] for r in results} - {r["area"] for r in results if not r["killed"]}:
            bench.check(area)  # where one survives the tests pass, so only the others are in doubt
    print(told := tables(results))
    if chosen.publish:
        publish(told, REPOSITORY / "docs" / "mutants.md")


class Bench:
    """A copy of the tree in which the tests run, each time in a process that has the libraries but none of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.times = folder, count(2_000_000_000)
        for name in COPIED:
            source, place = REPOSITORY / name, folder / name
            skipped = shutil.ignore_patterns("__pycache__", "node_modules", "browser")
            shutil.copytree(source, place, ignore=skipped) if source.is_dir() else shutil.copy(source, place)
        for library in LOADED_BEFORE:
            importlib.import_module(library)

    def kills(self, area: str, mutant: Mutant) -> bool:
        """Whether the tests beside the mutant's folder notice it."""
        original = (self.folder / mutant.path).read_text(encoding="utf-8")
        try:
            self._write(mutant.path, mutant.source)
            code = self._run(self._tests(area, Path(mutant.path).stem))
        finally:
            self._write(mutant.path, original)
        if code not in (SURVIVED, *KILLED) and code >= 0:
            raise SystemExit(f"{mutant.path}:{mutant.line}: {REFUSED} (pytest's exit {code}).")
        return code != SURVIVED

    def check(self, area: str) -> None:
        """Stops where the tests fail without any mutant, so that killing none of them means something."""
        if self._run(self._tests(area, "")) != SURVIVED:
            told = (self.folder / "told.txt").read_text(encoding="utf-8")[-3_000:]
            raise SystemExit(f"{told}\nThe tests of {area} fail without any mutant; mend them first.")

    def _write(self, path: str, source: str) -> None:
        """Each time with another time of change, so that no compiled file of an earlier mutant is taken for it."""
        (self.folder / path).write_text(source, encoding="utf-8")
        os.utime(self.folder / path, (next(self.times),) * 2)

    def _tests(self, area: str, module: str) -> list[str]:
        """The area's test files, those that name the module first: they are the likeliest to fail."""
        folders = [self.folder / "tests" / "cleaning" / name for name in AREAS[area].tests]
        files = sorted(path for folder in folders for path in folder.rglob("test_*.py"))
        files = [path for path in files if path.stem != "test_distributed"]
        return [str(path) for path in sorted(files, key=lambda path: f".{module} import" not in path.read_text())]

    def _run(self, tests: list[str]) -> int:
        """pytest's exit code, or minus a signal's number."""
        process = multiprocessing.get_context("fork").Process(target=_test, args=(self.folder, tests))
        process.start()
        process.join()
        assert process.exitcode is not None, "it was waited for"
        return process.exitcode


def _test(folder: Path, tests: list[str]) -> None:
    """Runs pytest in ``folder`` and ends the process with its exit code."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
    os.chdir(folder)
    sys.path[:] = [str(folder), *(p for p in sys.path if Path(p or ".").resolve() != REPOSITORY)]
    told = os.open(folder / "told.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(told, 1)
    os.dup2(told, 2)
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-W", LOADED_ALREADY]
    os._exit(int(pytest.main([*options, *tests])))


def tables(results: list[dict]) -> str:
    """Killed by area, and what survived."""
    rows = ["| Area | Planted | Killed | Share |", "|---|---|---|---|"]
    for area in [*(one for one in AREAS if one in {r["area"] for r in results}), "all"]:
        mine = [r["killed"] for r in results if area in (r["area"], "all")]
        rows.append(f"| {area} | {len(mine)} | {sum(mine)} | {sum(mine) / len(mine):.0%} |")
    left = [Mutant(*(r[k] for k in ("path", "kind", "line", "source"))) for r in results if not r["killed"]]
    told = [f"{m.path}:{m.line} ({m.kind})\n{m.diff((REPOSITORY / m.path).read_text(encoding='utf-8'))}" for m in left]
    return "\n".join([*rows, "", "```diff", "\n\n".join(told) or "none survived", "```"])


def drawn(areas: list[str], each: int, seed: int) -> list[tuple[str, Mutant]]:
    """So many mutants of each area, or all there are; the same for the same seed and source."""
    planted = []
    for area in areas:
        files = [(path, (REPOSITORY / path).read_text(encoding="utf-8")) for path in AREAS[area].paths()]
        every = [m for path, source in files for m in mutants_of(path, source, PACE_OR_MEMORY)]
        drawn = random.Random(f"{area} {seed}").sample(every, min(each, len(every)))
        planted += [(area, mutant) for mutant in sorted(drawn, key=lambda m: (m.path, m.line))]
    return planted


def _again(path: Path) -> list[tuple[str, Mutant]]:
    """The survivors of an earlier run whose files have not changed since but for the mutant itself."""
    kept = [r for r in json.loads(path.read_text(encoding="utf-8")) if not r["killed"]]
    return [(r["area"], Mutant(*(r[k] for k in ("path", "kind", "line", "source")))) for r in kept]


def _killed(path: Path) -> list[dict]:
    return [r for r in json.loads(path.read_text(encoding="utf-8")) if r["killed"]]


def _keep(results: list[dict], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results), encoding="utf-8")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks mutants --", description=__doc__)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], help="default: all")
    parser.add_argument("--each", type=int, default=20, help="mutants of an area")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", type=Path, help="an earlier run: its survivors are tried again, the rest stands")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "mutants.json")
    parser.add_argument("--publish", action="store_true", help="into docs/mutants.md")
    return parser.parse_args(arguments)
