"""What a model says besides a probability: the three-way answer, and that a film is unlike its training films. Older
models say neither."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from .calibrate import Numbers
from .conformal import ThreeWay, coverage
from .evaluate import from_source, truth_of
from .films import Film


def three_way(card: dict[str, Any], films: Sequence[Film], probability: Numbers) -> dict[str, Any] | None:
    """Per source, the shares of films that do not get the wrong answer, beside those that the card has."""
    rule = card.get("three_way")
    if rule is None:
        return None
    answer, truth = ThreeWay(rule["normal_below"], rule["pneumonia_above"]), truth_of(films)
    sources = {}
    for source in sorted({film.source for film in films}):
        here = from_source(films, source)
        found = asdict(coverage(answer, probability[here], truth[here]))
        sources[source] = found | {"by_the_card": rule["measured"].get(source)}
    return asdict(answer) | {"nominal": rule["nominal"], "fitted_on": rule["fitted_on"], "sources": sources}


def novelty(card: dict[str, Any], films: Sequence[Film], distance: Numbers | None) -> dict[str, Any] | None:
    """Per source, the share of films that are called unlike the training films, and the median distance."""
    if distance is None:
        return None
    threshold = card["novelty"]["threshold"]
    sources = {}
    for source in sorted({film.source for film in films}):
        d = distance[from_source(films, source)]
        sources[source] = {"above": float(np.mean(d > threshold)), "median": float(np.median(d))}
    return {"threshold": threshold, "sources": sources}
