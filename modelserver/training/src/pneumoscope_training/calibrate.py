"""Calibration: a scale and a bias for all films, and how far probabilities are from what happens.

Two numbers, no more: the more freely a calibration is fitted to one hospital, the less of it carries over to the
next. The bias is needed, because the logit's middle is set by the mix of the batches and by the size of the films
rather than by what is seen. Films of both labels weigh the same in the fit, so the probability is the one at even
odds; how many films of a hospital show pneumonia does not enter it, since that never carries over.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.floating[Any]]
Truth = npt.NDArray[np.bool_]

LEAST_SCALE = 0.01


def sigmoid(logits: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(-np.asarray(logits, np.float64)))


def log_loss(logits: Numbers, truth: Truth) -> float:
    logits = np.asarray(logits, np.float64)
    return float(np.mean(np.logaddexp(0.0, np.where(truth, -logits, logits))))


@dataclass(frozen=True)
class Calibration:
    """The calibrated logit is scale * logit + bias."""

    scale: float
    bias: float

    def __call__(self, logits: Numbers) -> Numbers:
        return self.scale * np.asarray(logits, np.float64) + self.bias


def fit_calibration(logits: Numbers, truth: Truth) -> Calibration:
    """The least log loss, with both labels weighing the same: Newton's steps on a convex function.

    Films told apart without an error would be given certainty, so each label has one more film in the fit, of
    the other side's answer (Platt's targets).
    """
    logits = np.asarray(logits, np.float64)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        raise ValueError("a calibration needs films of both labels")
    targets = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    weights = np.where(truth, 0.5 / positives, 0.5 / negatives)
    inputs = np.stack([logits, np.ones_like(logits)], axis=1)

    def loss(at: Numbers) -> float:
        z = inputs @ at
        return float(np.sum(weights * (np.logaddexp(0.0, z) - targets * z)))

    found = np.array([1.0, 0.0])
    for _ in range(100):
        p = sigmoid(inputs @ found)
        slope = inputs.T @ (weights * (p - targets))
        curvature = (inputs.T * (weights * p * (1 - p))) @ inputs + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        while loss(found - step) > loss(found) and np.abs(step).max() > 1e-12:
            step = step / 2
        found = found - step
        if np.abs(step).max() < 1e-10:
            break
    # A network that knows nothing yet may be best read the wrong way round; its order is its own all the same.
    return Calibration(max(float(found[0]), LEAST_SCALE), float(found[1]))


def expected_calibration_error(probability: Numbers, truth: Truth, bins: int = 15) -> float:
    """Distance between mean probability and share of positives, averaged over equal-width bins by films."""
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(probability[bin_of == b].mean() - truth[bin_of == b].mean()) * (bin_of == b).mean()
            for b in np.unique(bin_of)
        )
    )
