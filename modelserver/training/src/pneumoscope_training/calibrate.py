"""Calibration: one temperature for all films, and how far probabilities are from what happens.

Temperature alone. A bias as well would fit the validation films better, and another hospital worse: the more
freely a calibration is fitted to one hospital, the less of it carries over to the next.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.floating[Any]]
Truth = npt.NDArray[np.bool_]


def sigmoid(logits: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(-np.asarray(logits, np.float64)))


def log_loss(logits: Numbers, truth: Truth) -> float:
    logits = np.asarray(logits, np.float64)
    return float(np.mean(np.logaddexp(0.0, np.where(truth, -logits, logits))))


def fit_temperature(logits: Numbers, truth: Truth) -> float:
    """The temperature whose sigmoid(logit / temperature) has the least log loss.

    The loss is convex in 1 / temperature, so bisecting its slope finds the one minimum.
    """
    logits = np.asarray(logits, np.float64)
    if truth.all() or not truth.any():
        raise ValueError("a temperature needs films of both labels")

    def slope(inverse: float) -> float:
        return float(np.mean((sigmoid(inverse * logits) - truth) * logits))

    low, high = 0.01, 100.0
    for _ in range(100):
        middle = (low * high) ** 0.5
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return 1.0 / middle


def expected_calibration_error(probability: Numbers, truth: Truth, bins: int = 15) -> float:
    """Distance between mean probability and share of positives, averaged over equal-width bins by films."""
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(probability[bin_of == b].mean() - truth[bin_of == b].mean()) * (bin_of == b).mean()
            for b in np.unique(bin_of)
        )
    )
