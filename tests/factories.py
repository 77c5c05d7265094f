"""Datasets with planted errors: which given labels are wrong is known, so that a test can check what was found."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS, Dataset
from cleaning.domain.experts import Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import Folds, draw_folds

KIND_CYCLE = ("logits", "probabilities", "top1", "votes")


@dataclass(frozen=True)
class Planted:
    """dataset and its experts, as an adapter would give them; truth (N,) the right classes; wrong (N,) bool."""

    dataset: Dataset
    experts: list[Expert]
    truth: np.ndarray
    wrong: np.ndarray

    def folds(self, seed: int = 0) -> Folds:
        return draw_folds(self.dataset.sample_ids, seed)


def planted_dataset(
    n: int = 1500,
    classes: int = 6,
    experts: int = 5,
    error_rate: float = 0.1,
    seed: int = 0,
    kind: str = "image",
    kinds: tuple[str, ...] = KIND_CYCLE,
    groups: int = 0,
) -> Planted:
    """N samples, ``error_rate`` of whose given labels are wrong, and experts of the given kinds in turn.

    kind "question": 2 to ``classes`` options; scores of options that do not exist are padding that would mislead if
    it were believed. One answer in ten of a votes or top-1 expert is an abstention. groups: so many metadata groups
    at random, 0 for none.
    """
    rng = np.random.default_rng(seed)
    options = np.full(n, classes) if kind == "image" else rng.integers(2, classes + 1, n)
    truth = (rng.random(n) * options).astype(np.int32)
    wrong = np.zeros(n, bool)
    wrong[rng.choice(n, round(error_rate * n), replace=False)] = True
    shift = 1 + (rng.random(n) * (options - 1)).astype(np.int32)
    given = np.where(wrong, (truth + shift) % options, truth).astype(np.int32)
    hardness = rng.gamma(2.0, 0.5, (n, 1)) * rng.standard_normal((n, classes))  # what experts err on together
    made = [an_expert(m, kinds[m % len(kinds)], truth, options, hardness, rng) for m in range(experts)]
    group = np.array([f"group {g}" for g in rng.integers(0, groups, n)], object) if groups else None
    return Planted(_dataset(given, options, classes, kind, group, seed), made, truth, wrong)


def an_expert(number, kind, truth, options, hardness, rng) -> Expert:
    """One expert, over-confident by a factor of its own; named after its number and kind."""
    n, classes = hardness.shape
    logits = hardness + rng.standard_normal((n, classes))
    logits[np.arange(n), truth] += 3.5 + 0.3 * (number % 3)
    logits[np.arange(classes) >= options[:, None]] = -np.inf
    logits *= 1.5 + number % 2
    name = f"{kind}_{number}"
    counts = options.astype(np.int32) if (options < classes).any() else None
    if kind == "logits":
        scores = np.where(np.isfinite(logits), logits, 99).astype(np.float32)
        return FullExpert(name, scores=scores, score_kind="logits", option_counts=counts)
    probabilities = np.exp(logits - logits.max(1, keepdims=True))
    probabilities /= probabilities.sum(1, keepdims=True)
    if kind == "probabilities":
        scores = probabilities.astype(np.float16)
        return FullExpert(name, scores=scores, score_kind="probabilities", option_counts=counts)
    predicted = np.where(rng.random(n) < 0.1, ABSTAIN, logits.argmax(1)).astype(np.int32)
    if kind == "votes":
        return VotesExpert(name, predicted=predicted)
    confidence = np.where(predicted == ABSTAIN, np.nan, probabilities.max(1)).astype(np.float32)
    return Top1Expert(name, predicted=predicted, confidence=confidence)


def _dataset(given, options, classes, kind, group, seed) -> Dataset:
    n = len(given)
    ids = np.array([f"s{i:05d}" for i in range(n)], object)
    samples: dict[str, object] = {"sample_id": ids}
    names = tuple(f"class {k}" for k in range(classes))
    if kind == "question":
        names = OPTION_LETTERS[:classes]
        samples["question"] = [f"Which is the answer to question {i}?" for i in range(n)]
        samples["choices"] = pd.Series([[f"answer {k} of {i}" for k in range(options[i])] for i in range(n)])
    return Dataset(
        name=f"planted {seed}",
        kind=kind,
        sample_ids=ids,
        given_labels=given,
        class_names=names,
        samples=pd.DataFrame(samples),
        option_counts=options.astype(np.int32) if kind == "question" else None,
        group=group,
        group_name="source" if group is not None else "",
    )


def tiny_dataset(given, class_count: int, option_counts=None, group=None) -> Dataset:
    """A dataset of given class numbers for cases worked out by hand."""
    given = np.asarray(given, np.int32)
    ids = np.array([f"s{i}" for i in range(len(given))], object)
    return Dataset(
        name="tiny",
        kind="image" if option_counts is None else "question",
        sample_ids=ids,
        given_labels=given,
        class_names=tuple(f"c{k}" for k in range(class_count)),
        samples=pd.DataFrame({"sample_id": ids}),
        option_counts=None if option_counts is None else np.asarray(option_counts, np.int32),
        group=None if group is None else np.asarray(group, object),
        group_name="" if group is None else "source",
    )


def voter(name: str, predicted) -> Expert:
    return VotesExpert(name, predicted=np.asarray(predicted, np.int32))


def average_precision(wrong: np.ndarray, table: pd.DataFrame) -> float:
    """scikit-learn's average precision of a ranked list's suspicion against planted truth."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(wrong[table["row"]], table["suspicion"]))


def write_folder(planted: Planted, folder: Path) -> Path:
    """The planted dataset as a dataset folder of our format."""
    dataset = planted.dataset
    (folder / "experts").mkdir(parents=True)
    write_labels(planted, folder / "samples.csv")
    (folder / "class_names.txt").write_text("\n".join(dataset.class_names) + "\n", encoding="utf-8")
    about = {e.name: {"score_kind": e.score_kind} for e in planted.experts if isinstance(e, FullExpert)}
    settings = {"format": 1, "name": dataset.name, "kind": dataset.kind, "experts": about}
    if dataset.group is not None:
        settings["group_column"] = dataset.group_name
    (folder / "dataset.json").write_text(json.dumps(settings), encoding="utf-8")
    for expert in planted.experts:
        write_expert(expert, dataset, folder / "experts")
    return folder


def write_labels(planted: Planted, path: Path) -> Path:
    dataset = planted.dataset
    names = np.asarray(dataset.class_names, object)
    table = dataset.samples.assign(label=names[dataset.given_labels])
    if "choices" in table:
        table["choices"] = table["choices"].map(json.dumps)
    if dataset.group is not None:
        table[dataset.group_name] = dataset.group
    table.to_csv(path, index=False)
    return path


def write_expert(expert: Expert, dataset: Dataset, folder: Path) -> Path:
    """.npy in the order of the samples, or a table of the expert's answers; abstentions are missing rows."""
    if isinstance(expert, FullExpert):
        np.save(folder / f"{expert.name}.npy", np.asarray(expert.scores))
        return folder / f"{expert.name}.npy"
    answered = expert.predicted != ABSTAIN
    names = np.asarray(dataset.class_names, object)
    columns = {"sample_id": dataset.sample_ids[answered], "predicted_class": names[expert.predicted[answered]]}
    if isinstance(expert, Top1Expert):
        columns["predicted_probability"] = expert.confidence[answered].astype(np.float64)
    pd.DataFrame(columns).to_csv(folder / f"{expert.name}.csv", index=False)
    return folder / f"{expert.name}.csv"
