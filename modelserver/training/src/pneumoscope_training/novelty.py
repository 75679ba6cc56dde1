"""How far a film is from the films of the training: a number that says "unlike what I know" of a hand, a lateral
film or a machine that makes other pictures, whatever the probability is.

The distance is Mahalanobis' (Lee et al. 2018): between what the network saw in the film, pooled over it, and the
nearest group of training films, in units of how much films of one group differ among each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .config import Group
from .films import Film

Numbers = npt.NDArray[np.floating[Any]]

SHRINKAGE = 0.1  # towards features that are independent of each other: 162 films do not fill 384 dimensions
MOST = 10.0  # where the number ends: beyond that it says nothing more, and rounding would show
MOST_FILMS = 1200  # of a group: more do not move the estimate
ONE_IN = 100  # films of a source that may be above the threshold


@dataclass(frozen=True)
class Novelty:
    middle: Numbers  # [features]
    whiten: Numbers  # [features, features]
    centres: Numbers  # [groups, features], whitened

    def of(self, features: Numbers) -> Numbers:
        """1 is the usual distance of a film from its own group's centre."""
        white = (features - self.middle) @ self.whiten
        distances = np.square(white[:, None, :] - self.centres[None]).mean(axis=2)
        return np.minimum(np.sqrt(distances.min(axis=1)), MOST)


def fit_novelty(features: Numbers, groups: Sequence[Group]) -> Novelty:
    """One covariance for all groups, each counting the same, however many films it has."""
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
    """Indices of as many films of each group as are of use."""
    random = np.random.default_rng(seed)
    chosen = []
    for name in sorted({film.group for film in films}):
        members = np.array([index for index, film in enumerate(films) if film.group == name])
        chosen.append(np.sort(random.permutation(members)[:MOST_FILMS]))
    return np.concatenate(chosen)


def threshold(novelty: Numbers, sources: Sequence[str]) -> float:
    """Above it are at most one in a hundred of any source's validation films."""
    of = np.array(sources)
    sorted_ = [np.sort(novelty[of == source]) for source in set(sources)]
    return float(max(values[-1 - len(values) // ONE_IN] for values in sorted_))
