"""Given labels of classes that the experts doubt throughout, where classes are very unequally frequent.

Where one class rules, the experts lean to it, and the labels of rare classes look wrong together, right or not. What one
label is doubted beyond its class is then what counts.
"""

import numpy as np

from cleaning.suspect.pooled_rows import SMALLEST

TOWARDS_ALL = 10  # samples of the mean over all classes that each class's mean is shrunk by


def class_log_factor(label_probability: np.ndarray, given_labels: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """(N,) float64 to be added to the log ratio: how doubted each sample's class is, times how unequal classes are.

    label_probability: (N,) pooled probability of the given label. answered: (N,) bool, whether any expert answers. Of
    each sample's class the mean probability of the *other* samples counts, so that no label vouches for itself. The mean
    of all factors is 0; all are 0 where classes are as equal as chance lets them be.
    """
    counts = np.bincount(given_labels[answered])
    weight = inequality(counts)
    factor = np.zeros(len(given_labels))
    if not weight:
        return factor
    labels, own = given_labels[answered], label_probability[answered].astype(np.float64)
    others = np.bincount(labels, own)[labels] - own
    mean = (others + TOWARDS_ALL * own.mean()) / (counts[labels] - 1 + TOWARDS_ALL)
    logs = np.log(np.maximum(mean, SMALLEST))
    factor[answered] = weight * (logs - logs.mean())
    return factor


def inequality(counts: np.ndarray) -> float:
    """In [0, 1]: 0 for equally frequent classes, towards 1 where one rules; (K,) counts, those of 0 apart.

    One less the entropy of the frequencies by its most; less what drawing so many samples from equal classes gives by
    chance (Miller and Madow's correction: Miller 1955).
    """
    counts = counts[counts > 0]
    if len(counts) < 2:
        return 0.0
    share, most = counts / counts.sum(), np.log(len(counts))
    entropy = -(share * np.log(share)).sum() + (len(counts) - 1) / (2 * counts.sum())
    return float(max(0.0, 1 - entropy / most))
