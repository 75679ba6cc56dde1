"""The area under the ROC curve, and its interval by bootstrap over patients."""

from collections.abc import Sequence

import numpy as np

from ..arrays import Counts, Numbers, Truth
from .intervals import DRAWS, Interval, bootstrap


def area_under_curve(scores: Numbers, truth: Truth) -> float | None:
    """The share of pairs of a positive and a negative film that are ranked correctly; a tie counts half."""
    return weighted_area(scores, truth, np.ones(len(truth), np.int64))


def weighted_area(scores: Numbers, truth: Truth, times: Counts) -> float | None:
    """The same, with each film counted as often as `times` says; None unless both labels are present."""
    positives, negatives = int(times[truth].sum()), int(times[~truth].sum())
    if not positives or not negatives:
        return None
    values, index_of = np.unique(scores, return_inverse=True)
    below = np.bincount(index_of[~truth], times[~truth], len(values))
    at = np.bincount(index_of[truth], times[truth], len(values))
    return float((at * (np.cumsum(below) - below / 2)).sum() / (positives * negatives))


def auc_interval(
    scores: Numbers, truth: Truth, patients: Sequence[str], seed: int = 0, draws: int = DRAWS
) -> Interval | None:
    """95 % percentile interval of the AUC over patients."""
    return bootstrap(lambda times: weighted_area(scores, truth, times), patients, seed, draws)
