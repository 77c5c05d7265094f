"""The experts of the digits set: seven kinds of classifier, asked only about pictures new to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

FOLDS = 5
ScoredBy = Literal["decision_function", "predict_proba"]
Parts = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class DigitExpert:
    """How to build one classifier, which of its outputs are the scores, and its rough cost.

    cost: thousands of multiplications or comparisons per picture, rounded. top1: only the best class is
    written.
    """

    name: str
    build: Callable[[], object]
    scored_by: ScoredBy
    family: str
    cost: float
    top1: bool = False

    def description(self) -> dict:
        """The expert's entry in ``dataset.json``."""
        kind = "logits" if self.scored_by == "decision_function" else "probabilities"
        entry = {} if self.top1 else {"score_kind": kind}
        return {**entry, "simulated": False, "family": self.family, "cost": self.cost}


def _logistic_regression() -> object:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.3, max_iter=500, tol=1e-3)


def _support_vectors() -> object:
    from sklearn.svm import SVC

    return SVC(C=3.0, gamma="scale")


def _nearest_neighbours() -> object:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(25)  # votes of 25 equals: no probability rests on one neighbour


def _extra_trees() -> object:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(100, min_samples_leaf=2, random_state=0)


def _naive_bayes() -> object:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=1e-2)


def _linear_discriminant() -> object:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.05)


class _NeuralNetwork:
    """One hidden layer, trained for a fixed number of passes (so it always ends at the same place)."""

    def fit(self, pixels: np.ndarray, labels: np.ndarray) -> "_NeuralNetwork":
        from sklearn.neural_network import MLPClassifier

        self.network = MLPClassifier((48,), learning_rate_init=5e-3, batch_size=64, random_state=0)
        for _ in range(15):
            self.network.partial_fit(pixels, labels, classes=np.unique(labels))
        return self

    def predict_proba(self, pixels: np.ndarray) -> np.ndarray:
        return self.network.predict_proba(pixels)


EXPERTS = (
    DigitExpert("logistic_regression", _logistic_regression, "decision_function", "linear", 0.6),
    DigitExpert("support_vectors", _support_vectors, "decision_function", "kernel", 60.0),
    DigitExpert("nearest_neighbours", _nearest_neighbours, "predict_proba", "neighbours", 90.0),
    DigitExpert("extra_trees", _extra_trees, "predict_proba", "trees", 1.0),
    DigitExpert("naive_bayes", _naive_bayes, "predict_proba", "naive_bayes", 1.3),
    DigitExpert("neural_network", _NeuralNetwork, "predict_proba", "neural_network", 3.6),
    DigitExpert("linear_discriminant", _linear_discriminant, "predict_proba", "linear", 0.6, top1=True),
)


def folds(labels: np.ndarray, seed: int) -> Parts:
    """FOLDS pairs of (training, held-out) row numbers, each class spread evenly."""
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), labels))


def out_of_sample(
    build: Callable[[], object], scored_by: ScoredBy, pixels: np.ndarray, labels: np.ndarray, parts: Parts
) -> np.ndarray:
    """(N, K) float64 scores, each row from a model that was not trained on it.

    Runs on one thread: for models this small that is faster, and rounding no longer depends on the number of
    cores.
    """
    from threadpoolctl import threadpool_limits

    scores = np.empty((len(labels), int(labels.max()) + 1))
    with threadpool_limits(1):
        for training, held_out in parts:
            model = build().fit(pixels[training], labels[training])
            scores[held_out] = getattr(model, scored_by)(pixels[held_out])
    return scores
