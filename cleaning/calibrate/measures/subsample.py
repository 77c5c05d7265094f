"""Some of very many samples, where they tell what all would."""

import numpy as np


def some_rows(n: int, most: int, seed: int = 0) -> np.ndarray | slice:
    """At most so many of n rows, ascending, each as likely as any other; all where there are no more."""
    if n <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))
