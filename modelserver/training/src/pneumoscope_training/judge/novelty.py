"""The novelty of a film: its distance from the training films. It is meant to be large for a hand, a lateral film or
the pictures of an unusual machine, independently of the probability.

It is the Mahalanobis distance (Lee et al. 2018) between the film's pooled features and the nearest group of training
films, in units of the spread within a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arrays import Numbers
from ..config import Group
from ..data.manifest import Film, from_source, sources_of

SHRINKAGE = 0.1  # towards independent features: 162 films do not determine a covariance of 384 dimensions
MAX_NOVELTY = 10.0  # larger values have no further meaning, and would differ by rounding
MAX_FILMS_PER_GROUP = 1200  # more do not change the estimate
ONE_IN = 100  # films of a source may be above the threshold


@dataclass(frozen=True)
class Novelty:
    middle: Numbers  # [features]
    whiten: Numbers  # [features, features]
    centres: Numbers  # [groups, features], whitened

    def of(self, features: Numbers) -> Numbers:
        """1 is the usual distance of a film from the centre of its own group."""
        white = (features - self.middle) @ self.whiten
        distances = np.square(white[:, None, :] - self.centres[None]).mean(axis=2)
        return np.minimum(np.sqrt(distances.min(axis=1)), MAX_NOVELTY)


def fit_novelty(features: Numbers, groups: Sequence[Group]) -> Novelty:
    """One covariance for all groups; each group has the same weight, however many films it has."""
    features = np.asarray(features, np.float64)
    names = sorted(set(groups))
    masks = [np.array([group == name for group in groups]) for name in names]
    means = np.stack([features[mask].mean(axis=0) for mask in masks])
    within = np.mean([np.cov(features[mask], rowvar=False, bias=True) for mask in masks], axis=0)
    spread = np.sqrt(np.diag(within)) + 1e-6
    correlation = within / np.outer(spread, spread)
    correlation = (1.0 - SHRINKAGE) * correlation + SHRINKAGE * np.eye(len(spread))
    whiten = np.linalg.cholesky(np.linalg.inv(correlation)) / spread[:, None]
    middle = means.mean(axis=0)
    return Novelty(middle, whiten, (means - middle) @ whiten)


def films_to_fit(films: Sequence[Film], seed: int) -> npt.NDArray[np.int64]:
    """Indices of up to MAX_FILMS_PER_GROUP films of each group."""
    random = np.random.default_rng(seed)
    chosen = []
    for name in sorted({film.group for film in films}):
        members = np.array([index for index, film in enumerate(films) if film.group == name])
        chosen.append(np.sort(random.permutation(members)[:MAX_FILMS_PER_GROUP]))
    return np.concatenate(chosen)


def threshold(novelty: Numbers, sources: Sequence[str]) -> float:
    """The threshold that at most one in a hundred validation films of any source exceeds."""
    of = np.array(sources)
    sorted_ = [np.sort(novelty[of == source]) for source in set(sources)]
    return float(max(values[-1 - len(values) // ONE_IN] for values in sorted_))


def novelty_per_source(card: dict[str, Any], films: Sequence[Film], novelty: Numbers | None) -> dict[str, Any] | None:
    """The share of films above the card's threshold, and the median novelty; None for a model without a novelty."""
    if novelty is None:
        return None
    limit = card["novelty"]["threshold"]
    sources = {}
    for source in sources_of(films):
        here = novelty[from_source(films, source)]
        sources[source] = {"above": float(np.mean(here > limit)), "median": float(np.median(here))}
    return {"threshold": limit, "sources": sources}
