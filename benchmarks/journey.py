"""From files to a ranked list, as a user does it: wall time, peak memory and average precision on real data.

    python -m benchmarks.journey [FOLDER OF THE REAL DATA] [--repeats 3]

Each run is a process of its own. The truth halves are read here, after the list is written, and only to judge it; the
product never reads any. FOLDER: ``SECOND_OPINION_DATA``, or ``../shared/data``.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

# Started by a small process of its own: a child is charged with the memory of the process that starts it.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peak": peak, "code": done.returncode, "said": done.stderr}))
"""


@dataclass(frozen=True)
class Journey:
    """A real dataset: what to give ``score``, and which of its samples people found wrong (id -> 0 or 1)."""

    name: str
    arguments: Callable[[Path], list[str]]
    truth: Callable[[Path], dict[str, int]]
    least: float  # average precision that must be reached


@dataclass(frozen=True)
class Measured:
    """seconds: wall time of the whole process. peak: bytes of memory. precision: average precision on the truth."""

    seconds: float
    peak: int
    precision: float


def _imagenet(data: Path) -> list[str]:
    home = data / "imagenet_val"
    files = sorted((home / "predictions").glob("*.csv"))
    experts = [word for file in files for word in ("--expert", f"{file.stem}={file}")]
    return ["--labels", str(home / "labels.csv"), "--class-names", str(home / "class_names.csv"), *experts]


def _mmlu(data: Path) -> list[str]:
    questions = data / "mmlu_redux" / "questions.csv"
    with questions.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    models = columns[columns.index("groundtruth_answer") + 1 :]
    arguments = ["--labels", str(questions), "--label-column", "groundtruth_answer", "--choices-column", "choices"]
    arguments += ["--answers", str(questions), "--answer-columns", ",".join(models)]
    return [*arguments, "--expert", f"qwen3-32b={data / 'mmlu_redux' / 'qwen3-32b.csv'}"]


def _mmlu_by_subject(data: Path) -> list[str]:
    return [*_mmlu(data), "--group-column", "subject"]


def _cifar(data: Path) -> list[str]:
    return [str(data / "cifar10n_aggregate")]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def _imagenet_truth(data: Path) -> dict[str, int]:
    return {name: int(wrong) for name, wrong in _rows(data / "imagenet_val" / "truth_even.csv")}


def _mmlu_truth(data: Path) -> dict[str, int]:
    rows = _rows(data / "mmlu_redux" / "truth_even.csv")
    return {question: int(error == "wrong_groundtruth") for question, error in rows}


def _cifar_truth(data: Path) -> dict[str, int]:
    return {sample: int(wrong) for sample, wrong, _ in _rows(data / "cifar10n_aggregate" / "truth_even.csv")}


JOURNEYS = (
    Journey("ImageNet, 50,000 x 8 experts", _imagenet, _imagenet_truth, 0.425),
    Journey("MMLU-Redux, 5,700 x 15 experts", _mmlu, _mmlu_truth, 0.33),
    Journey("MMLU-Redux by subject", _mmlu_by_subject, _mmlu_truth, 0.48),
    Journey("CIFAR-10N, 50,000 x 5 experts", _cifar, _cifar_truth, 0.97),
)


def measure(journey: Journey, data: Path, folder: Path) -> Measured:
    """Runs the command line once. Raises RuntimeError with what it said when it fails."""
    out = folder / "scores.csv"
    command = [sys.executable, "-m", "cleaning", "score", *journey.arguments(data), "--out", str(out)]
    launched = [sys.executable, "-I", "-c", LAUNCHER, *command]
    done = subprocess.run(launched, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    if told["code"]:
        raise RuntimeError(f"{journey.name}: {told['said']}")
    return Measured(told["seconds"], told["peak"], average_precision(out, journey.truth(data)))


def average_precision(scores: Path, truth: dict[str, int]) -> float:
    """scikit-learn's average precision of the suspicion in a written list, over the samples whose truth is known."""
    from sklearn.metrics import average_precision_score

    with scores.open(encoding="utf-8", newline="") as file:
        suspicion = {row["sample_id"]: float(row["suspicion"]) for row in csv.DictReader(file)}
    return float(average_precision_score(list(truth.values()), [suspicion[sample] for sample in truth]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("SECOND_OPINION_DATA") or REPOSITORY.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=default)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args(arguments)
    data = wanted.data.resolve()
    print("| from files to ranked list | seconds, median (slowest) | peak memory | average precision | at least |")
    print("|---|---|---|---|---|")
    for journey in JOURNEYS:
        with tempfile.TemporaryDirectory() as folder:
            runs = [measure(journey, data, Path(folder)) for _ in range(wanted.repeats)]
        seconds = sorted(run.seconds for run in runs)
        peak = max(run.peak for run in runs) / 1e6
        time = f"{seconds[len(seconds) // 2]:.1f} ({seconds[-1]:.1f})"
        print(f"| {journey.name} | {time} | {peak:,.0f} MB | {runs[0].precision:.3f} | {journey.least} |", flush=True)


if __name__ == "__main__":
    main()
