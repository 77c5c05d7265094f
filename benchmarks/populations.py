"""Suspicion and truth to simulate reviewers on: real sets (the half with truth) and planted ones."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.suspect.pipeline import run
from data_adapters.layouts.folder import read_folder
from data_adapters.layouts.loose_files import read_loose

PLANTED_SIZE = 20_000


@dataclass(frozen=True)
class Population:
    """suspicion: (N,) in [0, 1], scored without any truth. wrong: (N,) 1.0 where the given label is wrong."""

    name: str
    suspicion: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True)
class RealSet:
    """truth: by sample id, True where people found the given label wrong; only of the samples that have truth."""

    name: str
    dataset: Dataset
    experts: Sequence[Expert]
    truth: pd.Series


def real_sets(data: Path) -> Iterator[RealSet]:
    """ImageNet, MMLU-Redux (wrong key; any error) and CIFAR-10N."""
    home = data / "imagenet_val"
    experts = {path.stem: path for path in sorted((home / "predictions").glob("*.csv"))}
    truth = pd.read_csv(home / "truth_even.csv", index_col="file_name")["label_is_wrong"]
    reading = read_loose(home / "labels.csv", experts)
    yield RealSet("ImageNet", reading.dataset, reading.experts, truth == 1)
    yield from _mmlu(data / "mmlu_redux")
    home = data / "cifar10n_aggregate"
    truth = pd.read_csv(home / "truth_even.csv", index_col="sample_id")["label_is_wrong"]
    reading = read_folder(home)
    yield RealSet("CIFAR-10N", reading.dataset, reading.experts, truth == 1)


def unlike_sets(data: Path) -> Iterator[RealSet]:
    """Two sets on which the default ranking is not the best: TACRED's development part and ChaosNLI on MNLI."""
    home = data / "tacred_dev"
    with (home / "answers.csv").open(encoding="utf-8") as file:
        answers = next(csv.reader(file))[1:]
    reading = read_loose(home / "labels.csv", {}, answers=home / "answers.csv", answer_columns=answers)
    truth = pd.read_csv(home / "truth_even.csv", index_col="sample_id")["label_is_wrong"]
    yield RealSet("TACRED dev", reading.dataset, reading.experts, truth == 1)
    home = data / "chaosnli_mnli"
    reading = read_folder(home)
    truth = pd.read_csv(home / "truth_even.csv", index_col="sample_id")["label_is_wrong"]
    yield RealSet("ChaosNLI, MNLI", reading.dataset, reading.experts, truth == 1)


def _mmlu(home: Path) -> Iterator[RealSet]:
    with (home / "questions.csv").open(encoding="utf-8") as file:
        answers = next(csv.reader(file))[5:]
    reading = read_loose(
        home / "questions.csv",
        {"qwen3-32b": home / "qwen3-32b.csv"},
        id_column="question_id",
        label_column="groundtruth_answer",
        answers=home / "questions.csv",
        answer_columns=answers,
        choices_column="choices",
        group_column="subject",
    )
    error = pd.read_csv(home / "truth_even.csv", index_col="question_id")["error_type"]
    yield RealSet("MMLU, wrong key", reading.dataset, reading.experts, error == "wrong_groundtruth")
    yield RealSet("MMLU, any error", reading.dataset, reading.experts, error != "ok")


def real_populations(data: Path, unlike: bool = False) -> Iterator[Population]:
    """The real sets, each scored by the default pipeline. unlike: those of ``unlike_sets`` too."""
    for real in chain(real_sets(data), unlike_sets(data) if unlike else ()):
        table = run(real.dataset, real.experts).table.set_index("sample_id")
        judged = table.index.intersection(real.truth.index)
        suspicion = table.loc[judged, "suspicion"].to_numpy(float)
        yield Population(real.name, suspicion, real.truth.loc[judged].to_numpy(float))


def planted_populations(seed: int = 7) -> Iterator[Population]:
    """Suspicions on a logistic scale, with errors that they foretell well, weakly, hardly ever or not at all."""
    rng = np.random.default_rng(seed)
    z = rng.logistic(size=PLANTED_SIZE) * 1.5 - 3
    chances = {
        "planted, well foretold": expit(-0.5 + 0.9 * z),
        "planted, not foretold": np.full(PLANTED_SIZE, 0.1),
        "planted, weak and rare": expit(-3.2 + 0.35 * z),
        "planted, rare": expit(-3.0 + 0.8 * z),
        "planted, hidden": np.where(z < -2, 0.05, expit(-1 + 0.6 * z)),
    }
    for name, chance in chances.items():
        yield Population(name, expit(z), (rng.random(PLANTED_SIZE) < chance).astype(float))


def real_rankings(data: Path) -> Iterator[tuple[str, tuple[np.ndarray, ...], np.ndarray]]:
    """By set its name, its suspicions by all experts, without the last, without the first and by every other one, and
    what is wrong: as people drop and add experts."""
    for real in real_sets(data):
        experts = real.experts
        choices = [experts, experts[:-1], experts[1:], experts[::2]]
        tables = [run(real.dataset, chosen).table.set_index("sample_id") for chosen in choices]
        judged = tables[0].index.intersection(real.truth.index)
        suspicions = tuple(table.loc[judged, "suspicion"].to_numpy(float) for table in tables)
        yield real.name, suspicions, real.truth.loc[judged].to_numpy(float)


def planted_rankings(seed: int = 7) -> Iterator[tuple[str, tuple[np.ndarray, ...], np.ndarray]]:
    """The planted sets, each seen by four choices of experts that differ by chance."""
    rng = np.random.default_rng(seed + 1)
    for population in planted_populations(seed):
        seen = np.log(population.suspicion) - np.log1p(-population.suspicion)
        noisy = (expit(seen + rng.normal(0, 1, len(seen))) for _ in range(3))
        yield population.name, (population.suspicion, *noisy), population.wrong
