"""Figures per source. Never pooled: nearly all pneumonia is of one hospital, so a pooled figure measures how
well a model tells hospitals apart."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .calibrate import Numbers, Truth, expected_calibration_error
from .films import Film, Pixels
from .operating_points import confusion

DRAWS = 1000


@dataclass(frozen=True)
class PointFigures:
    threshold: float
    confusion: dict[str, int]
    sensitivity: float | None
    specificity: float | None


@dataclass(frozen=True)
class SourceFigures:
    films: int
    positives: int
    auc: float | None  # None where all films have one label
    auc_ci95: tuple[float, float] | None
    ece: float
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
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return None
    _, place, number = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(number) - (number - 1) / 2  # mean rank of tied scores, from 1
    return float((rank[place][truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def bootstrap_interval(
    scores: Numbers, truth: Truth, patients: Sequence[str], seed: int = 0, draws: int = DRAWS
) -> tuple[float, float] | None:
    """95 % percentile interval of the AUC. Patients are drawn, not films: films of one patient are alike. A
    film without a patient key counts as a patient of its own."""
    films_of: dict[str, list[int]] = defaultdict(list)
    for index, patient in enumerate(patients):
        films_of[patient or f"film {index}"].append(index)
    groups = [np.array(indices) for indices in films_of.values()]
    random = np.random.default_rng(seed)
    areas = []
    for _ in range(draws):
        chosen = np.concatenate([groups[g] for g in random.integers(len(groups), size=len(groups))])
        area = area_under_curve(scores[chosen], truth[chosen])
        if area is not None:
            areas.append(area)
    if not areas:
        return None
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)


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
            auc=auc,
            auc_ci95=bootstrap_interval(p, t, patients) if auc is not None else None,
            ece=expected_calibration_error(p, t),
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
    )


def table(figures: dict[str, SourceFigures]) -> str:
    """The figures as text, a row per source."""

    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    names = list(next(iter(figures.values())).points)
    rows = [["source", "films", "positive", "AUC", "95 %", "ECE", *(f"{name} sens/spec" for name in names)]]
    for source, f in figures.items():
        interval = "-" if f.auc_ci95 is None else f"{f.auc_ci95[0]:.3f}-{f.auc_ci95[1]:.3f}"
        points = [f"{number(f.points[n].sensitivity)}/{number(f.points[n].specificity)}" for n in names]
        rows.append([source, str(f.films), str(f.positives), number(f.auc), interval, number(f.ece), *points])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
