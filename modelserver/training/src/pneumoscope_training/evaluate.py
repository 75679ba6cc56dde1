"""Figures per source. Never pooled: nearly all pneumonia is of one hospital, so a pooled figure measures how
well a model tells hospitals apart."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .calibrate import Numbers, Truth, expected_calibration_error
from .films import Film, Pixels
from .intervals import DRAWS, Interval, bootstrap, wilson
from .operating_points import confusion


@dataclass(frozen=True)
class PointFigures:
    threshold: float
    confusion: dict[str, int]
    sensitivity: float | None
    specificity: float | None
    sensitivity_ci95: Interval | None  # Wilson's
    specificity_ci95: Interval | None


@dataclass(frozen=True)
class SourceFigures:
    films: int
    positives: int
    patients: int | None  # None where the source gives no keys
    auc: float | None  # None where all films have one label
    auc_ci95: Interval | None  # bootstrap over patients; over films where there are no keys
    ece: float
    brier: float
    points: dict[str, PointFigures]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def in_batches(
    score: Callable[[Pixels], npt.NDArray[np.float32]], pixels: Pixels, batch: int = 64
) -> npt.NDArray[np.float32]:
    """One number per film."""
    return np.concatenate([score(pixels[i : i + batch])[:, 0] for i in range(0, len(pixels), batch)])


def area_under_curve(scores: Numbers, truth: Truth) -> float | None:
    """The share of pairs of a positive and a negative film that are ranked rightly; ties count half."""
    return weighted_area(scores, truth, np.ones(len(truth), np.int64))


def weighted_area(scores: Numbers, truth: Truth, times: npt.NDArray[np.int64]) -> float | None:
    """The same of films that are there so many times each."""
    positives, negatives = int(times[truth].sum()), int(times[~truth].sum())
    if not positives or not negatives:
        return None
    values, place = np.unique(scores, return_inverse=True)
    below = np.bincount(place[~truth], times[~truth], len(values))
    at = np.bincount(place[truth], times[truth], len(values))
    return float((at * (np.cumsum(below) - below / 2)).sum() / (positives * negatives))


def bootstrap_interval(
    scores: Numbers, truth: Truth, patients: Sequence[str], seed: int = 0, draws: int = DRAWS
) -> Interval | None:
    """95 % percentile interval of the AUC over patients."""
    return bootstrap(lambda times: weighted_area(scores, truth, times), patients, seed, draws)


def truth_of(films: Sequence[Film]) -> Truth:
    return np.array([film.positive for film in films], np.bool_)


def from_source(films: Sequence[Film], source: str) -> npt.NDArray[np.bool_]:
    return np.array([film.source == source for film in films], np.bool_)


def figures_per_source(
    films: Sequence[Film], probability: Numbers, thresholds: dict[str, float]
) -> dict[str, SourceFigures]:
    figures = {}
    truth = truth_of(films)
    for source in sorted({film.source for film in films}):
        of_source = from_source(films, source)
        p, t = probability[of_source], truth[of_source]
        auc = area_under_curve(p, t)
        patients = [film.patient for film in films if film.source == source]
        figures[source] = SourceFigures(
            films=len(t),
            positives=int(t.sum()),
            patients=len(set(patients)) if all(patients) else None,
            auc=auc,
            auc_ci95=bootstrap_interval(p, t, patients) if auc is not None else None,
            ece=expected_calibration_error(p, t),
            brier=float(np.mean((p - t) ** 2)),
            points={name: _at_threshold(p, t, threshold) for name, threshold in thresholds.items()},
        )
    return figures


def _at_threshold(probability: Numbers, truth: Truth, threshold: float) -> PointFigures:
    counts = confusion(probability, truth, threshold)
    positives, negatives = counts["tp"] + counts["fn"], counts["tn"] + counts["fp"]
    return PointFigures(
        threshold=threshold,
        confusion=counts,
        sensitivity=counts["tp"] / positives if positives else None,
        specificity=counts["tn"] / negatives if negatives else None,
        sensitivity_ci95=wilson(counts["tp"], positives),
        specificity_ci95=wilson(counts["tn"], negatives),
    )
