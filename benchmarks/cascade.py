"""What calibrated advantage routing gives on real experts: accuracy against cost, with intervals.

    python -m benchmarks.cascade [FOLDER OF THE REAL DATA] [--repeats 50] [--write docs/cascade.md]

ImageNet validation, 50,000 samples, eight experts of whom only the predicted class and its confidence are known.
Everything is learned on one random half and judged on the other. "Accuracy" is agreement with the given labels. Two
parts: routing between two experts and in a chain, also with one expert made over-confident (its log-odds x 2.5), and
calling one more expert for cleaning only where it can change what is flagged. The truth half is read last, and only
to count finds. FOLDER: ``SECOND_OPINION_DATA``, or ``../shared/data``. Three experts in any order, and promises:
``benchmarks.cascade_many``.
"""

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.published import publish
from cleaning.calibrate.calibration import calibrate
from cleaning.calibrate.logistic import logit, sigmoid
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert, Top1Expert
from cleaning.domain.folds import draw_folds
from cleaning.experts.cascade import (
    Answers,
    CascadeCurves,
    bin_sensitivity,
    calls_by_suspicion,
    cascade_curves,
    save_calls,
)
from cleaning.experts.cascade.curves import interval
from cleaning.suspect.pool import pool
from cleaning.suspect.suspicion import default_suspicion

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SECOND_OPINION_DATA") or REPOSITORY.parent / "shared" / "data")
STRETCH = 2.5
SMALL_TO_LARGE = ("imagenetx_SimCLR", "timm_efficientnet_b3a")
COMPARABLE = ("imagenetx_DINO", "imagenetx_ViT")
CHAIN = {"timm_mobilenetv3_large_100": 1.0, "imagenetx_DINO": 4.0, "timm_efficientnet_b3a": 16.0}
ALWAYS = ("imagenetx_ResNet50", "imagenetx_DINO", "imagenetx_ViT")
COSTLY = "timm_efficientnet_b3a"
REVIEW_BUDGET = 2_500


@dataclass(frozen=True)
class ImageNet:
    """file_names, given labels (N,) and, by expert, predicted (N,) and confidence (N,) in the order of the labels."""

    file_names: np.ndarray
    labels: np.ndarray
    predicted: dict[str, np.ndarray]
    confidence: dict[str, np.ndarray]

    def answers(self, name: str, cost: float = 1.0) -> Answers:
        return Answers(name, self.predicted[name], self.confidence[name], cost)


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def read(data: Path, names: Sequence[str]) -> ImageNet:
    """Joined by file name; raises KeyError where an expert lacks a sample."""
    home = data / "imagenet_val"
    labels = _rows(home / "labels.csv")
    predicted, confidence = {}, {}
    for name in names:
        said = {file: (int(answer), float(own)) for file, answer, own in _rows(home / "predictions" / f"{name}.csv")}
        predicted[name] = np.array([said[file][0] for file, _ in labels])
        confidence[name] = np.array([said[file][1] for file, _ in labels])
    ids = np.array([file for file, _ in labels])
    return ImageNet(ids, np.array([int(label) for _, label in labels]), predicted, confidence)


def stretched(answers: Answers, factor: float = STRETCH) -> Answers:
    """The expert with the log-odds of its confidence multiplied: as right as before, far too sure.

    Only top-1 confidences are known, so this stands for multiplying all its logits.
    """
    return replace(answers, confidence=sigmoid(factor * logit(answers.confidence)))


def pair(images: ImageNet, names: Sequence[str], repeats: int, over_confident: int | None = None) -> CascadeCurves:
    """Curves of two experts of cost 1 and 12; ``over_confident``: which of them (0 or 1) is stretched, if any."""
    experts = [images.answers(name, cost) for name, cost in zip(names, (1.0, 12.0))]
    if over_confident is not None:
        experts[over_confident] = stretched(experts[over_confident])
    return cascade_curves(experts, images.labels, repeats=repeats)


def cleaning_calls(images: ImageNet, wrong: np.ndarray):
    """Tables of what calling COSTLY only somewhere changes: by rule, and by the others' suspicion.

    wrong: (N,) bool, True only where people found the given label wrong.
    """
    rescore = _rescoring(images)
    others = {name: images.predicted[name] for name in ALWAYS}
    without = rescore(np.zeros(len(images.labels), bool))
    return (
        save_calls(others, images.labels, rescore, REVIEW_BUDGET, wrong),
        calls_by_suspicion(without, rescore, REVIEW_BUDGET, wrong=wrong),
    )


def _rescoring(images: ImageNet):
    """rescore(called): default suspicion of ALWAYS everywhere and COSTLY where called.

    Calibration is that of COSTLY's answers where called, as it would be if the others had never been bought.
    """
    n, classes = len(images.labels), int(images.labels.max()) + 1
    dataset = _dataset(images, classes)
    folds = draw_folds(images.file_names)

    def rescore(called: np.ndarray) -> np.ndarray:
        experts = [_expert(images, name, np.ones(n, bool)) for name in ALWAYS]
        if called.any():
            experts.append(_expert(images, COSTLY, called))
        fitted = [calibrate(expert, images.labels, folds) for expert in experts]
        return default_suspicion(pool(dataset, experts, fitted, folds), images.labels)

    return rescore


def _dataset(images: ImageNet, classes: int) -> Dataset:
    import pandas as pd

    names = tuple(map(str, range(classes)))
    samples = pd.DataFrame({"sample_id": images.file_names})
    return Dataset("ImageNet", "image", images.file_names, images.labels.astype(np.int32), names, samples)


def _expert(images: ImageNet, name: str, called: np.ndarray) -> Expert:
    predicted = np.where(called, images.predicted[name], ABSTAIN).astype(np.int32)
    confidence = np.where(called, images.confidence[name], np.nan).astype(np.float32)
    return Top1Expert(name, predicted=predicted, confidence=confidence)


def points(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def curve_lines(title: str, curves: CascadeCurves, about: str = "") -> Iterator[str]:
    summary = curves.summary().assign(shown=lambda t: [points(*row) for row in t[["value", "low", "high"]].to_numpy()])
    yield f"**{title}**{about}\n"
    yield "| % agreeing with the given label | area | at 10 % | at 25 % | at 50 % |\n|---|---|---|---|---|"
    for policy, rows in summary.groupby("policy", sort=False):
        yield f"| {policy} | {' | '.join(rows['shown'])} |"
    for row in curves.single_points():
        yield f"| {row.who} | | | | {points(row.accuracy, row.low, row.high)} |"
    yield ""


def over_confident_lines(images: ImageNet, repeats: int) -> Iterator[str]:
    yield f"**One expert's log-odds x {STRETCH}: % at 50 % routed, and all asked** (made over-confident without changing an"
    yield "answer; only top-1 confidences are known, so their log-odds are multiplied)\n"
    yield "| experts | over-confident | calibrated | uncalibrated | difference | take higher, calibrated | raw |"
    yield "|---|---|---|---|---|---|---|"
    for names in (SMALL_TO_LARGE, COMPARABLE):
        for which in (None, 0, 1):
            curves = pair(images, names, repeats, which)
            cells = [points(*interval(curves.at(p, 0.5))) for p in ("calibrated", "uncalibrated")]
            cells.append(points(*curves.difference("calibrated", "uncalibrated", 0.5)))
            cells += [points(*interval(curves.take_higher[kind])) for kind in ("calibrated", "raw")]
            yield f"| {', '.join(names)} | {'none' if which is None else names[which]} | {' | '.join(cells)} |"
    yield ""


def bins_lines(images: ImageNet, repeats: int) -> Iterator[str]:
    experts = [images.answers(name, cost) for name, cost in zip(SMALL_TO_LARGE, (1.0, 12.0))]
    table = bin_sensitivity(experts, images.labels, repeats=repeats)
    yield f"**Number of bins ({', '.join(SMALL_TO_LARGE)}; last answer stands)**\n"
    yield "| bins | area | at 50 % |\n|---|---|---|"
    columns = ["bins", "area", "area_low", "area_high", "accuracy", "low", "high"]
    for bins, *measured in table[table["policy"] == "calibrated"][columns].itertuples(index=False, name=None):
        yield f"| {bins or 'by cross-validation'} | {points(*measured[:3])} | {points(*measured[3:])} |"


def call_lines(images: ImageNet, wrong: np.ndarray) -> Iterator[str]:
    by_rule, by_suspicion = cleaning_calls(images, wrong)
    yield "| called | calls saved | same flags | finds in the judged half | finds kept |\n|---|---|---|---|---|"
    named = by_suspicion.assign(rule=[f"{100 * s:g} % most suspicious to the others" for s in by_suspicion["share"]])
    for table in (by_rule, named.iloc[1:-1]):
        for row in table.itertuples():
            shares = f"{100 * row.calls_saved:.1f} % | {100 * row.overlap:.1f} %"
            yield f"| {row.rule} | {shares} | {row.finds:,} | {100 * row.finds_kept:.1f} % |"


def known_wrong(data: Path, images: ImageNet) -> np.ndarray:
    """(N,) bool: people found the given label wrong; False also where nobody looked."""
    wrong = {file for file, flag in _rows(data / "imagenet_val" / "truth_even.csv") if flag == "1"}
    return np.isin(images.file_names, list(wrong))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables between its markers")
    wanted = parser.parse_args(arguments)
    images = read(wanted.data, sorted({*SMALL_TO_LARGE, *COMPARABLE, *CHAIN, *ALWAYS, COSTLY}))
    lines = list[str]()
    for names in (SMALL_TO_LARGE, COMPARABLE):
        lines += curve_lines(" -> ".join(names), pair(images, names, wanted.repeats))
    chain = [images.answers(name, cost) for name, cost in CHAIN.items()]
    title = " -> ".join(f"{name} (cost {cost:g})" for name, cost in CHAIN.items())
    of_chain = cascade_curves(chain, images.labels, repeats=wanted.repeats)
    lines += curve_lines(title, of_chain, " (here the percentages are of the possible extra cost)")
    lines += over_confident_lines(images, wanted.repeats)
    lines += bins_lines(images, max(10, wanted.repeats // 2))
    parts = {"two": lines, "calls": list(call_lines(images, known_wrong(wanted.data, images)))}
    for part, told in parts.items():
        print("\n".join(told), end="\n\n")
        if wanted.write:
            publish("\n".join(told), wanted.write, part)


if __name__ == "__main__":
    main()
