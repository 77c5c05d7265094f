"""Sets to look for wrong labels in, with the truth beside them: real ones, the bundled demos, planted ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.made_data import SIZES, Size, make, truth_and_given
from benchmarks.populations import real_sets, unlike_sets
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert, FullExpert, Top1Expert, VotesExpert
from data_adapters.demo import write_demo
from data_adapters.layouts.folder import read_folder

PLANTED_SAMPLES = 12_000
PLANTED_CLASSES = 20
WRONG_SHARE = 0.08
MANY_CLASSES = 300
RULING = 0.8  # share of one class among all
LEANING = 0.6  # how far experts know that, of its logarithm


@dataclass(frozen=True)
class JudgedSet:
    """kind: "real", "demo" or "planted". judged: (J,) rows whose truth is known. wrong: (J,) bool."""

    name: str
    kind: str
    dataset: Dataset
    experts: Sequence[Expert]
    judged: np.ndarray
    wrong: np.ndarray


def judged_sets(data: Path, folder: Path) -> Iterator[JudgedSet]:
    """All sets; those of ``data`` only where that folder is. folder: where files may be written."""
    if data.is_dir():
        for s in chain(real_sets(data), unlike_sets(data)):
            yield _with_truth(s.name, "real", s.dataset, s.experts, s.truth)
    yield from demo_sets(folder)
    yield from planted_sets(folder)


def demo_sets(folder: Path) -> Iterator[JudgedSet]:
    """The bundled demos; a question's planted error is a wrong key."""
    for path in write_demo(folder):
        reading = read_folder(path)
        truth = pd.read_csv(path / "planted_truth.csv", index_col="sample_id", keep_default_na=False)
        wrong = truth["error_type"] == "wrong_groundtruth" if "error_type" in truth else truth["flipped"] == 1
        yield _with_truth(f"demo {path.name}", "demo", reading.dataset, reading.experts, wrong)


def _with_truth(name: str, kind: str, dataset: Dataset, experts: Sequence[Expert], truth: pd.Series) -> JudgedSet:
    rows = pd.Index(dataset.sample_ids).get_indexer(truth.index)
    known = rows >= 0
    return JudgedSet(name, kind, dataset, experts, rows[known], truth.to_numpy(bool)[known])


def planted_sets(folder: Path) -> Iterator[JudgedSet]:
    """Logits, top-1 answers and votes made from code, with errors at random, where it is hard, and between classes."""
    yield made_set("planted, experts err apart", SIZES["S1"])
    even, kinds = (1.5,) * 4, ("logits", "top1", "votes")
    yield planted_set("planted, experts err together", 1, even, "random")
    yield planted_set("planted, where it is hard", 2, even, "hard")
    yield planted_set("planted, pairs of classes", 3, even, "pairs")
    yield planted_set("planted, one expert dominates", 4, (4.0, 0.6, 0.6, 0.6, 0.6), "hard")
    yield planted_set("planted, mixed kinds", 5, (1.0, 1.5, 2.0, 1.0, 1.5, 2.0), "hard", kinds)
    for seed, errors in enumerate(("random", "hard", "missed"), 7):
        words = {"random": "errors anywhere", "hard": "where it is hard", "missed": "rare ones missed"}[errors]
        yield planted_set(f"planted, one class rules, {words}", seed, even, errors, ruling=RULING)
    many = planted_set(f"planted, {MANY_CLASSES} classes", 6, (2.5,) * 4, "hard", classes=MANY_CLASSES)
    yield replace(many, experts=[_mapped(expert, folder) for expert in many.experts])


def _mapped(expert: Expert, folder: Path) -> Expert:
    """The same logits as a float16 file, memory-mapped."""
    assert isinstance(expert, FullExpert)
    path = folder / f"{expert.name}.npy"
    np.save(path, np.asarray(expert.scores, np.float16))
    return replace(expert, scores=np.load(path, mmap_mode="r"))


def made_set(name: str, size: Size) -> JudgedSet:
    """Logits files of ``benchmarks.made_data``, memory-mapped."""
    truth, given = truth_and_given(make(size))
    experts = [FullExpert(path.stem, scores=np.load(path, mmap_mode="r"), simulated=True) for path in size.files]
    return _planted(name, truth, given, size.classes, experts)


def planted_set(
    name: str,
    seed: int,
    skills: tuple[float, ...],
    errors: str,
    kinds: tuple[str, ...] = ("logits",),
    classes: int = PLANTED_CLASSES,
    ruling: float = 0.0,
) -> JudgedSet:
    """Experts that err together because some samples are hard for all; kinds in turn.

    skills: how much each expert raises the true class, beyond 2. errors, WRONG_SHARE of the labels: "random": any
    other class; "hard": on samples that are hard for the experts too, for a class that looks alike; "pairs": only in
    the odd classes, always for the class before; "missed": only outside class 0, always for it. ruling: the share of
    class 0, which the experts lean to, where it is not one among equals.
    """
    rng = np.random.default_rng([11, seed])
    n, k = PLANTED_SAMPLES, classes
    frequency = np.full(k, (1 - ruling) / (k - 1))
    frequency[0] = ruling
    truth = rng.choice(k, n, p=frequency) if ruling else rng.integers(0, k, n)
    likeness = rng.gamma(2.0, 0.5, (n, 1)) * rng.standard_normal((n, k))  # what the picture shows of each class
    likeness[np.arange(n), truth] += 2.0
    if ruling:
        likeness += LEANING * np.log(k * frequency)
    given = _given(rng, truth, likeness, errors)
    experts = [_expert(rng, m, kinds[m % len(kinds)], skill, truth, likeness) for m, skill in enumerate(skills)]
    return _planted(name, truth, given, k, experts)


def _given(rng: np.random.Generator, truth: np.ndarray, likeness: np.ndarray, errors: str) -> np.ndarray:
    n, k = likeness.shape
    line, count = np.arange(n), round(WRONG_SHARE * n)
    other = (truth + 1 + rng.integers(0, k - 1, n)) % k
    chance = np.ones(n)
    if errors == "hard":
        heard = likeness + rng.gumbel(size=(n, k))
        heard[line, truth] = -np.inf
        other = heard.argmax(axis=1)
        chance = np.exp(np.minimum(likeness[line, other] - likeness[line, truth], 3))
    elif errors == "missed":
        other, chance = np.zeros(n, int), (truth > 0).astype(float)
    elif errors == "pairs":
        other, chance = truth - 1, (truth % 2 == 1).astype(float)
    given = truth.copy()
    flipped = rng.choice(n, count, replace=False, p=chance / chance.sum())
    given[flipped] = other[flipped]
    return given


def _expert(rng, number: int, kind: str, skill: float, truth: np.ndarray, likeness: np.ndarray) -> Expert:
    """Over-confident by a factor of its own; one answer in ten of a votes expert is missing."""
    n, k = likeness.shape
    logits = likeness + rng.standard_normal((n, k))
    logits[np.arange(n), truth] += skill
    logits = (logits * (1.3 + 0.4 * (number % 3))).astype(np.float32)
    name = f"{kind} {number}"
    if kind == "logits":
        return FullExpert(name, scores=logits, simulated=True)
    predicted = logits.argmax(axis=1).astype(np.int32)
    if kind == "votes":
        predicted = np.where(rng.random(n) < 0.1, ABSTAIN, predicted).astype(np.int32)
        return VotesExpert(name, predicted, simulated=True)
    confidence = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    return Top1Expert(name, predicted, confidence, simulated=True)


def _planted(name: str, truth: np.ndarray, given: np.ndarray, classes: int, experts: Sequence[Expert]) -> JudgedSet:
    ids = np.char.add("s", np.char.zfill(np.arange(len(given)).astype(str), 6)).astype(object)
    names = tuple(f"class {k}" for k in range(classes))
    dataset = Dataset(name, "image", ids, given.astype(np.int32), names, pd.DataFrame({"sample_id": ids}))
    return JudgedSet(name, "planted", dataset, experts, np.arange(len(given)), given != truth)
