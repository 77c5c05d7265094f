"""The 95 % interval of a share, for every page, report and card."""

import numpy as np

NORMAL_95 = 1.959963984540054  # standard errors on either side that hold 95 % of a normal distribution


def wilson_interval(hits: np.ndarray | int, count: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper 95 % end of the share of ``hits`` in ``count`` (at least 1), of any shape. Source: Wilson 1927."""
    hits, count, square = np.asarray(hits, np.float64), np.asarray(count, np.float64), NORMAL_95**2
    centre = (hits + square / 2) / (count + square)
    reach = NORMAL_95 * np.sqrt(hits * (count - hits) / count + square / 4) / (count + square)
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
