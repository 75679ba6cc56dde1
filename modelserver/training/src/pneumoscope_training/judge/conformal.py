"""The three-way answer (normal, pneumonia or unsure) by split-conformal prediction for each label.

At most a stated share of the films of a label gets the wrong answer, however good or bad the network is. This is
guaranteed for films drawn as the validation films were (Vovk 2012); for all others it is only measured.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..arrays import Numbers, Truth
from ..data.manifest import Film, from_source, sources_of, truth_of

NOMINAL = 0.98
SPLITS = 50


@dataclass(frozen=True)
class ThreeWay:
    """The answer is normal below one threshold, pneumonia above the other, and unsure between them."""

    normal_below: float
    pneumonia_above: float

    def misses(self, probability: Numbers, truth: Truth) -> Truth:
        """Films that get the wrong answer; unsure is not wrong."""
        return np.where(truth, probability < self.normal_below, probability > self.pneumonia_above)

    def unsure(self, probability: Numbers) -> Truth:
        return (probability >= self.normal_below) & (probability <= self.pneumonia_above)


def fit_three_way(probability: Numbers, truth: Truth, nominal: float = NOMINAL) -> ThreeWay:
    """Rules out a label for a film only if nearly all films of that label, among those given, look more like it.

    If a network separates the labels very well, both labels are ruled out for some films. Such films also lie between
    the two thresholds and are called unsure, which can only raise the coverage.
    """
    lowest = _quantile(-probability[truth], nominal)
    highest = _quantile(probability[~truth], nominal)
    pneumonia_from, normal_to = (0.0 if lowest is None else -lowest), (1.0 if highest is None else highest)
    return ThreeWay(min(pneumonia_from, normal_to), max(pneumonia_from, normal_to))


def _quantile(nonconformity: Numbers, nominal: float) -> float | None:
    """The quantile that covers one new film with the nominal probability; None when there are too few films."""
    rank = math.ceil((len(nonconformity) + 1) * nominal)
    return float(np.sort(nonconformity)[rank - 1]) if rank <= len(nonconformity) else None


@dataclass(frozen=True)
class Coverage:
    """Shares of films that do not get the wrong answer, and the share of unsure films."""

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
    """The mean coverage over many splits of the patients: fitted on one half and measured on the other, because the
    coverage of the films that the thresholds were fitted on would be too high."""
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


def coverage_per_source(card: dict[str, Any], films: Sequence[Film], probability: Numbers) -> dict[str, Any] | None:
    """The coverage of a card's thresholds, beside the coverage that the card states; None where the card has no
    three-way answer."""
    rule = card.get("three_way")
    if rule is None:
        return None
    answer, truth = ThreeWay(rule["normal_below"], rule["pneumonia_above"]), truth_of(films)
    sources = {}
    for source in sources_of(films):
        here = from_source(films, source)
        found = asdict(coverage(answer, probability[here], truth[here]))
        sources[source] = found | {"by_the_card": rule["measured"].get(source)}
    return asdict(answer) | {"nominal": rule["nominal"], "fitted_on": rule["fitted_on"], "sources": sources}
