"""Who finds the wrong labels first? The default against what people use, on every set whose truth is known.

    python -m benchmarks.detection [--data ../shared/data] [--quick] [--write docs/detection.md]

Per set: average precision, precision among as many samples as labels are wrong, and detection rate at 50, 70 and 90 %
precision, with bootstrap intervals; differences to the default are paired by resample. Truth is read last, and only to
judge; nothing is fitted to it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.detection_alternatives import alternatives
from benchmarks.detection_contenders import DEFAULT, WITHOUT_GROUP, Asked, default_scores, rankings
from benchmarks.detection_sets import JudgedSet, judged_sets
from benchmarks.detection_tables import tables
from benchmarks.published import END, START, publish
from cleaning.known_truth.detection_metrics import Measured, measure_all

DATA = Path(os.environ.get("SECOND_OPINION_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
RESAMPLES = 1_000


@dataclass(frozen=True)
class Contest:
    """One set judged. contenders: the default and all others by name. tried: other defaults by name, and the default;
    empty where they cannot be told."""

    judged: JudgedSet
    contenders: dict[str, Measured]
    tried: dict[str, Measured]

    @property
    def default(self) -> Measured:
        return self.contenders[DEFAULT]

    def best_other(self, measure: int) -> str:
        """The contender that is best on one measure, chosen after the fact: hard to beat."""
        others = {name: m for name, m in self.contenders.items() if name not in (DEFAULT, WITHOUT_GROUP)}
        return max(others, key=lambda name: others[name].point[measure])


def contest(judged: JudgedSet, resamples: int) -> Contest:
    """All rankings of one set on the same resamples."""
    asked = Asked.of(judged)
    scores = rankings(asked)
    tried = alternatives(asked) or {}
    measured = measure_all(scores | tried, judged.wrong, resamples)
    contenders = {name: measured[name] for name in scores}
    return Contest(judged, contenders, {name: measured[name] for name in (DEFAULT, *tried)} if tried else {})


def _print_tried(data: Path, words: str, resamples: int) -> None:
    """Average precision of some other defaults less that of the default, paired by resample, set by set."""
    with tempfile.TemporaryDirectory() as folder:
        for judged in judged_sets(data, Path(folder)):
            asked = Asked.of(judged)
            tried = alternatives(asked, words)
            if tried is None:
                continue
            measured = measure_all({DEFAULT: default_scores(asked)} | tried, judged.wrong, resamples)
            default = measured.pop(DEFAULT)
            print(f"{judged.name}: default {default.point[0]:.4f}", flush=True)
            for name, other in measured.items():
                gain, low, high = other.over(default)[:, 0]
                print(f"  {name}: {gain:+.4f} [{low:+.4f}, {high:+.4f}]", flush=True)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real sets; without it the others only")
    parser.add_argument("--quick", action="store_true", help=f"50 resamples instead of {RESAMPLES:,}")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the tables between {START} and {END}")
    parser.add_argument("--tried", metavar="WORDS", help="only other defaults whose name holds these words, by set")
    wanted = parser.parse_args(list(arguments))
    if wanted.tried:
        return _print_tried(wanted.data, wanted.tried, 50 if wanted.quick else RESAMPLES)
    contests = []
    with tempfile.TemporaryDirectory() as folder:
        for judged in judged_sets(wanted.data, Path(folder)):
            began = time.perf_counter()
            contests.append(contest(judged, 50 if wanted.quick else RESAMPLES))
            print(f"{judged.name}: {time.perf_counter() - began:.0f} s", flush=True)
    text = tables(contests)
    print(text)
    if wanted.write:
        publish(text, wanted.write)


if __name__ == "__main__":
    main(sys.argv[1:])
