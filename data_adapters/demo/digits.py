"""The digits set: real pictures of handwritten digits, 5 % of the labels flipped along real confusions."""

from pathlib import Path

import numpy as np
import pandas as pd

from data_adapters.demo.demo_folder import write_table
from data_adapters.demo.digit_experts import EXPERTS, folds, out_of_sample

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FLIPPED_SHARE = 0.05
ENLARGED = 8  # pixels a side for one pixel of the source, so that browsers show the picture sharp
BATCHES = 10

README = """Handwritten digits, with planted label errors

Pictures: {n} real pictures of handwritten digits, 8 x 8 pixels, as they come with scikit-learn (from the
"Optical recognition of handwritten digits" test set, E. Alpaydin and C. Kaynak, UCI machine learning
repository, 1998), enlarged 8 times without smoothing.
Labels: as in the source, but {flipped} of them ({share:.0%}) were flipped on purpose: which pictures, by lot;
to which class, in proportion to how a linear discriminant classifier really confuses the classes on pictures
it was not trained on.
Experts: {m} different classifiers, trained here on the labels with their flips. Every score comes from a
model that did not see that picture (5-fold cross-validation). None is simulated. "cost" is a rough count of
operations per picture, in thousands.
batch: consecutive tenths of the source's order.
planted_truth.csv: which labels were flipped, and the original label. For comparing afterwards; Second Opinion
never reads it to score, and figures on planted errors say nothing about real ones.
"""


def fill_digits(folder: Path, seed: int) -> dict:
    """Writes the set into an empty folder and returns its description; takes a few seconds of computing."""
    pixels, original = read_digits()
    given = flip_labels(pixels, original, seed)
    ids = [f"digit_{i:04d}" for i in range(len(original))]
    _write_pictures(pixels, ids, folder / "images")
    _write_tables(folder, ids, original, given)
    _write_experts(folder / "experts", ids, pixels, given, seed)
    counts = {
        "n": len(ids),
        "flipped": int((given != original).sum()),
        "m": len(EXPERTS),
        "share": FLIPPED_SHARE,
    }
    (folder / "README.txt").write_text(README.format(**counts), encoding="utf-8")
    described = {expert.name: expert.description() for expert in EXPERTS}
    return {"name": "Demo: handwritten digits", "kind": "image", "experts": described}


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """(1797, 64) float64 ink from 0 to 1, and (1797,) classes 0 to 9."""
    from sklearn.datasets import load_digits

    ink, classes = load_digits(return_X_y=True)
    return ink / 16.0, classes.astype(np.int32)


def flip_labels(pixels: np.ndarray, original: np.ndarray, seed: int) -> np.ndarray:
    """(N,) labels; FLIPPED_SHARE of them differ from ``original``, the wrong class as really confused."""
    random = np.random.default_rng([seed, 1])
    shares = confusion_shares(pixels, original, seed)
    flipped = random.choice(len(original), round(FLIPPED_SHARE * len(original)), replace=False)
    given = original.copy()
    given[flipped] = [random.choice(len(shares), p=shares[original[i]]) for i in flipped]
    return given


def confusion_shares(pixels: np.ndarray, original: np.ndarray, seed: int) -> np.ndarray:
    """(K, K) for each true class, how the mistaken probability divides over the other classes; rows sum to 1.

    From out-of-sample probabilities of linear discriminant analysis on the original labels.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    probabilities = out_of_sample(LinearDiscriminantAnalysis, "predict_proba", pixels, original, folds(original, seed))
    mistaken = np.stack([probabilities[original == k].sum(axis=0) for k in range(len(NAMES))])
    np.fill_diagonal(mistaken, 0.0)
    return mistaken / mistaken.sum(axis=1, keepdims=True)


def _write_pictures(pixels: np.ndarray, ids: list[str], folder: Path) -> None:
    """One greyscale PNG a picture, black ink on white."""
    from PIL import Image

    folder.mkdir()
    grey = np.rint(255 * (1.0 - pixels)).astype(np.uint8).reshape(-1, 8, 8)
    large = grey.repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
    for sample_id, picture in zip(ids, large):
        Image.fromarray(picture).save(folder / f"{sample_id}.png")


def _write_tables(folder: Path, ids: list[str], original: np.ndarray, given: np.ndarray) -> None:
    names = np.array(NAMES)
    tenth = np.arange(len(ids)) * BATCHES // len(ids) + 1
    columns = {
        "sample_id": ids,
        "label": names[given],
        "image": [f"{sample_id}.png" for sample_id in ids],
        "batch": [f"batch_{number:02d}" for number in tenth],
    }
    write_table(pd.DataFrame(columns), folder / "samples.csv")
    truth = {"sample_id": ids, "original_label": names[original], "flipped": (given != original).astype(int)}
    write_table(pd.DataFrame(truth), folder / "planted_truth.csv")
    (folder / "class_names.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")


def _write_experts(folder: Path, ids: list[str], pixels: np.ndarray, given: np.ndarray, seed: int) -> None:
    folder.mkdir()
    parts = folds(given, seed)
    for expert in EXPERTS:
        scores = out_of_sample(expert.build, expert.scored_by, pixels, given, parts).astype(np.float32)
        if expert.top1:
            _write_top1(folder / f"{expert.name}.csv", ids, scores)
        else:
            np.save(folder / f"{expert.name}.npy", scores)


def _write_top1(path: Path, ids: list[str], probabilities: np.ndarray) -> None:
    best = probabilities.argmax(axis=1)
    columns = {
        "sample_id": ids,
        "predicted_class": np.array(NAMES)[best],
        "predicted_probability": probabilities.max(axis=1).round(4),
    }
    write_table(pd.DataFrame(columns), path)
