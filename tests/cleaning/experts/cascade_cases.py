"""Planted experts for the cascade's tests."""

import numpy as np

from cleaning.experts.cascade import Answers

CLASSES = 10


def planted(n=2000, skill=(0.6, 1.6), costs=(1.0, 4.0), seed=0, stretch=None, abstaining=0.0):
    """Given labels (N,) and one Answers per skill.

    Each expert is right with chance sigmoid(ease + skill) and reports exactly that chance as its confidence, after
    multiplying its log-odds by ``stretch`` (1: perfectly calibrated); samples differ in ease for all.
    """
    rng = np.random.default_rng(seed)
    labels, ease = rng.integers(0, CLASSES, n), rng.normal(0, 1.5, n)
    experts = []
    for m, own in enumerate(skill):
        odds = ease + own + rng.normal(0, 0.7, n)
        right = rng.random(n) < 1 / (1 + np.exp(-odds))
        predicted = np.where(right, labels, (labels + rng.integers(1, CLASSES, n)) % CLASSES)
        confidence = 1 / (1 + np.exp(-odds * (stretch[m] if stretch else 1.0)))
        silent = rng.random(n) < abstaining
        predicted, confidence = np.where(silent, -1, predicted), np.where(silent, np.nan, confidence)
        experts.append(Answers(f"expert{m}", predicted, confidence, costs[m]))
    return labels, experts
