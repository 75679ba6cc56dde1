"""Figures per source. They are never pooled: nearly all pneumonia comes from one hospital, so a pooled figure would
measure how well a model tells hospitals apart."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..arrays import Numbers, Truth
from ..data.manifest import Film, from_source, patients_of, sources_of, truth_of
from .auc import area_under_curve, auc_interval
from .calibration import expected_calibration_error
from .intervals import Interval, wilson
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


def figures_per_source(
    films: Sequence[Film], probability: Numbers, thresholds: dict[str, float]
) -> dict[str, SourceFigures]:
    figures = {}
    truth = truth_of(films)
    for source in sources_of(films):
        of_source = from_source(films, source)
        p, t = probability[of_source], truth[of_source]
        auc = area_under_curve(p, t)
        patients = patients_of(films, source)
        figures[source] = SourceFigures(
            films=len(t),
            positives=int(t.sum()),
            patients=len(set(patients)) if all(patients) else None,
            auc=auc,
            auc_ci95=auc_interval(p, t, patients) if auc is not None else None,
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
