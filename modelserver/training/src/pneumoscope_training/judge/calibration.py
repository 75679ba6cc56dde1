"""Calibration: a scale and a bias of the logit for all films, and the calibration error.

Only two numbers are fitted: the more parameters a calibration has, the less of it carries over from one hospital to the
next. The bias is needed because the mix of the batches and the size of the films shift the logit. Both labels have the
same weight in the fit, so the probability is the one for as many pneumonias as normal films: one hospital's share of
pneumonia says nothing about another's.
"""

from dataclasses import dataclass

import numpy as np

from ..arrays import Numbers, Truth

MIN_SCALE = 0.01


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
    """Minimises the log loss, with the same weight for both labels, by Newton's method on a convex function.

    Perfectly separated films would get probabilities of 0 and 1, so the fit uses Platt's targets: as if each label had
    one more film with the opposite answer.
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
    # The best scale of an untrained network may be negative; calibration must not reverse the order of the films.
    return Calibration(max(float(found[0]), MIN_SCALE), float(found[1]))


def expected_calibration_error(probability: Numbers, truth: Truth, bins: int = 15) -> float:
    """The distance between mean probability and share of positives, averaged over bins of equal width, weighted by the
    films in them."""
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(probability[bin_of == b].mean() - truth[bin_of == b].mean()) * (bin_of == b).mean()
            for b in np.unique(bin_of)
        )
    )
