"""The three-way answer: normal, pneumonia or unsure, by split-conformal prediction for each label.

Of the films of a label, the true answer is missed by no more than a stated share, whatever the network is worth:
that is promised for films drawn as the validation films were (Vovk 2012), and only measured elsewhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .calibrate import Numbers, Truth

NOMINAL = 0.98
SPLITS = 50


@dataclass(frozen=True)
class ThreeWay:
    """Below one number the answer is normal, above the other pneumonia, between them unsure."""

    normal_below: float
    pneumonia_above: float

    def misses(self, probability: Numbers, truth: Truth) -> Truth:
        """Films that get one answer, and the wrong one."""
        return np.where(truth, probability < self.normal_below, probability > self.pneumonia_above)

    def unsure(self, probability: Numbers) -> Truth:
        return (probability >= self.normal_below) & (probability <= self.pneumonia_above)


def fit_three_way(probability: Numbers, truth: Truth, nominal: float = NOMINAL) -> ThreeWay:
    """A film keeps a label unless it looks less like it than all but a few films of that label do.

    Films that keep neither label lie between the two numbers as well, when films of both labels are told apart
    better than was asked for. Their answer is unsure too, which only adds to the coverage.
    """
    least = _outermost(-probability[truth], nominal)
    most = _outermost(probability[~truth], nominal)
    pneumonia_from, normal_to = (0.0 if least is None else -least), (1.0 if most is None else most)
    return ThreeWay(min(pneumonia_from, normal_to), max(pneumonia_from, normal_to))


def _outermost(strangeness: Numbers, nominal: float) -> float | None:
    """The quantile that covers one more film with the nominal chance; None when there are too few films."""
    place = math.ceil((len(strangeness) + 1) * nominal)
    return float(np.sort(strangeness)[place - 1]) if place <= len(strangeness) else None


@dataclass(frozen=True)
class Coverage:
    """Shares of films that do not get the wrong answer, and of those that get none."""

    pneumonia: float | None
    normal: float | None
    unsure: float


def coverage(answer: ThreeWay, probability: Numbers, truth: Truth) -> Coverage:
    missed = answer.misses(probability, truth)
    return Coverage(
        pneumonia=float(1.0 - missed[truth].mean()) if truth.any() else None,
        normal=float(1.0 - missed[~truth].mean()) if (~truth).any() else None,
        unsure=float(answer.unsure(probability).mean()),
    )


def coverage_on_other_halves(
    probability: Numbers, truth: Truth, patients: Sequence[str], nominal: float = NOMINAL, seed: int = 0
) -> Coverage:
    """Fitted on half of the patients, measured on the other half, many times over: the films that fit an answer
    cannot measure it."""
    keys = np.array([patient or f"film {index}" for index, patient in enumerate(patients)])
    names = np.unique(keys)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(SPLITS):
        fitting = np.isin(keys, random.permutation(names)[: len(names) // 2])
        if truth[fitting].any() and not truth[fitting].all() and truth[~fitting].any() and not truth[~fitting].all():
            answer = fit_three_way(probability[fitting], truth[fitting], nominal)
            found.append(coverage(answer, probability[~fitting], truth[~fitting]))
    if not found:
        return coverage(fit_three_way(probability, truth, nominal), probability, truth)
    return Coverage(
        pneumonia=float(np.mean([c.pneumonia for c in found if c.pneumonia is not None])),
        normal=float(np.mean([c.normal for c in found if c.normal is not None])),
        unsure=float(np.mean([c.unsure for c in found])),
    )
