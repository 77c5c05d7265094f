"""Who is measured: each side does its job in a process of its own, from files to a ranked result.

``python -m benchmarks.contestants SIDE SIZE``. Every side imports only what it needs, so that starting it counts.
"""

import sys

import numpy as np

from benchmarks.made_data import SIZES, Size

READ_BLOCK = 1 << 20
BATCH = 10_000  # cleanlab's own default
FIT_ROWS = 8_000


def start_only(size: Size) -> None:
    """What starting Python and NumPy costs every side."""


def read_bytes(size: Size) -> None:
    """The same bytes read once into one buffer, nothing done with them."""
    buffer = bytearray(READ_BLOCK)
    for path in size.files:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def softmax(logits: np.ndarray) -> np.ndarray:
    """Float32 probabilities, in place."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _probabilities(path) -> np.ndarray:
    return softmax(np.load(path).astype(np.float32, copy=False))


def _cleanlab(size: Size, filter_by: str) -> None:
    from cleanlab.filter import find_label_issues

    find_label_issues(
        np.load(size.labels),
        _probabilities(size.files[0]),
        filter_by=filter_by,
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )


def cleanlab_low_self_confidence(size: Size) -> None:
    """cleanlab, one expert, low_self_confidence."""
    _cleanlab(size, "low_self_confidence")


def cleanlab_confident_learning(size: Size) -> None:
    """cleanlab, one expert, confident_learning."""
    _cleanlab(size, "confident_learning")


def cleanlab_default(size: Size) -> None:
    """cleanlab, one expert, its default prune_by_noise_rate."""
    _cleanlab(size, "prune_by_noise_rate")


def cleanlab_batched(size: Size) -> None:
    """cleanlab's mode for large data: two passes over batches, one expert."""
    from cleanlab.experimental.label_issues_batched import LabelInspector

    labels, logits = np.load(size.labels), np.load(size.files[0], mmap_mode="r")
    inspector = LabelInspector(num_class=size.classes, verbose=False, n_jobs=1)
    for step in (inspector.update_confident_thresholds, inspector.score_label_quality):
        for start in range(0, size.samples, BATCH):
            rows = slice(start, start + BATCH)
            step(labels[rows], softmax(logits[rows].astype(np.float32)))
    inspector.get_label_issues()


def sklearn_temperature(size: Size) -> None:
    """scikit-learn's temperature scaling of one expert."""
    _sklearn_calibrated(np.load(size.files[0]), np.load(size.labels))


def _sklearn_calibrated(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Handed(ClassifierMixin, BaseEstimator):
        """A classifier whose decision values are what it is handed."""

        def fit(self, x, y):
            self.classes_ = np.arange(x.shape[1])
            return self

        def decision_function(self, x):
            return x

        def predict(self, x):
            return x.argmax(axis=1)

    handed = FrozenEstimator(Handed().fit(logits, labels))
    model = CalibratedClassifierCV(handed, method="temperature")
    return model.fit(logits, labels).predict_proba(logits)


def netcal_temperature(size: Size) -> None:
    """netcal's temperature scaling of one expert, handed probabilities."""
    from netcal.scaling import TemperatureScaling

    probabilities = _probabilities(size.files[0])
    TemperatureScaling().fit_transform(probabilities, np.load(size.labels))


def temperature_and_ensemble(size: Size) -> None:
    """scikit-learn's temperature for every expert, then cleanlab's ensemble scores: our job with their parts."""
    from cleanlab.rank import get_label_quality_ensemble_scores

    labels = np.load(size.labels)
    calibrated = [_sklearn_calibrated(np.load(path), labels) for path in size.files]
    np.argsort(get_label_quality_ensemble_scores(labels, calibrated, verbose=False))


def plain_numpy(size: Size) -> None:
    """Our method written down on whole float32 arrays: temperature, stacking, pool, ranking; no cross-fitting."""
    labels = np.load(size.labels)
    line, fit = np.arange(size.samples), np.random.default_rng(0).permutation(size.samples)[:FIT_ROWS]
    calibrated = []
    for path in size.files:
        logits = np.load(path).astype(np.float32, copy=False)
        calibrated.append(softmax(logits * np.float32(_bisected_beta(logits[fit], labels[fit]))))
    of_label = np.array([q[line, labels] for q in calibrated])
    weights = 1 / 3 / len(calibrated) + 2 / 3 * _stacked(of_label[:, fit].T)
    pooled = sum(np.float32(w) * q for w, q in zip(weights, calibrated))
    own = pooled[line, labels].copy()
    pooled[line, labels] = -1
    np.argsort(np.log(own) - np.log(np.maximum(pooled.max(axis=1), 1e-12)))


def _bisected_beta(logits: np.ndarray, labels: np.ndarray) -> float:
    low, high = np.log(0.02), np.log(50)
    for _ in range(20):
        middle = (low + high) / 2
        expected = (softmax(logits * np.float32(np.exp(middle))) * logits).sum(axis=1)
        slope = (expected - logits[np.arange(len(labels)), labels]).mean()
        low, high = (middle, high) if slope < 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def _stacked(q: np.ndarray) -> np.ndarray:
    weights = np.full(q.shape[1], 1 / q.shape[1])
    for _ in range(100):
        share = q * weights
        weights = (share / share.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights


if __name__ == "__main__":
    globals()[sys.argv[1]](SIZES[sys.argv[2]])
