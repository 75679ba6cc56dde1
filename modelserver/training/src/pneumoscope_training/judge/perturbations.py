"""Perturbed films: the cost of a changed frame or exposure at a stored threshold."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from ..arrays import Counts, Numbers, Pixels, Truth
from ..config import FILM_SIZE
from ..data.manifest import Film, from_source, patients_of, sources_of, truth_of
from .auc import area_under_curve
from .intervals import patients_drawn, percentiles

Perturbation = Callable[[Image.Image], Image.Image]

UNCHANGED = "unchanged"
WHOLE = (FILM_SIZE, FILM_SIZE)


def crop(share: float) -> Perturbation:
    edge = round(FILM_SIZE * share)
    box = (edge, edge, FILM_SIZE - edge, FILM_SIZE - edge)
    return lambda film: film.resize(WHOLE, Image.Resampling.BILINEAR, box)


def _black_frame(share: float) -> Perturbation:
    edge = round(FILM_SIZE * share)

    def frame(film: Image.Image) -> Image.Image:
        framed = Image.new("L", WHOLE)
        framed.paste(film.crop((edge, edge, FILM_SIZE - edge, FILM_SIZE - edge)), (edge, edge))
        return framed

    return frame


def _gamma(power: float) -> Perturbation:
    table = [round(255 * (grey / 255) ** power) for grey in range(256)]
    return lambda film: film.point(table)


def _half_resolution(film: Image.Image) -> Image.Image:
    small = film.resize((FILM_SIZE // 2, FILM_SIZE // 2), Image.Resampling.BILINEAR)
    return small.resize(WHOLE, Image.Resampling.BILINEAR)


def _jpeg_q20(film: Image.Image) -> Image.Image:
    file = io.BytesIO()
    film.save(file, "JPEG", quality=20)
    with Image.open(file) as again:
        again.load()
        return again.convert("L")


def _turn(degrees: float) -> Perturbation:
    return lambda film: film.rotate(degrees, Image.Resampling.BILINEAR)


PERTURBATIONS: dict[str, Perturbation] = {
    "7 % cropped on each side": crop(0.07),
    "10 % black on each side": _black_frame(0.10),
    "gamma 0.7": _gamma(0.7),
    "gamma 1.4": _gamma(1.4),
    "half resolution": _half_resolution,
    "JPEG q20": _jpeg_q20,
    "turned 7 degrees left": _turn(7),
    "turned 7 degrees right": _turn(-7),
}


def perturbed(pixels: Pixels, change: Perturbation) -> Pixels:
    changed = [np.asarray(change(Image.fromarray(film[:, :, 0]))) for film in pixels]
    return np.stack(changed)[..., None].astype(np.uint8)


def score_all(score: Callable[[Pixels], Numbers], pixels: Pixels) -> dict[str, Numbers]:
    """Probabilities of the unchanged films, and of each perturbation."""
    return {UNCHANGED: score(pixels)} | {
        name: score(perturbed(pixels, change)) for name, change in PERTURBATIONS.items()
    }


def costs(
    films: Sequence[Film], scores: dict[str, Numbers], thresholds: dict[str, float]
) -> dict[str, dict[str, dict[str, Any]]]:
    """For each source and perturbation the AUC, and for each operating point the sensitivity and specificity with their
    loss (95 % interval over patients, the same films before and after)."""
    truth = truth_of(films)
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for source in sources_of(films):
        here = from_source(films, source)
        t = truth[here]
        times = patients_drawn(patients_of(films, source))
        result[source] = {}
        for name, probability in scores.items():
            p, before = probability[here], scores[UNCHANGED][here]
            result[source][name] = {
                "auc": area_under_curve(p, t),
                "points": {
                    point: _shares(before, p, t, threshold, times, changed=name != UNCHANGED)
                    for point, threshold in thresholds.items()
                },
            }
    return result


def _shares(
    before: Numbers, after: Numbers, truth: Truth, threshold: float, times: Counts, changed: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, of_label in (("sensitivity", truth), ("specificity", ~truth)):
        right = (after >= threshold) == truth
        found[name] = float(right[of_label].mean()) if of_label.any() else None
        if changed and of_label.any():
            lost = ((before >= threshold) == truth).astype(float) - right
            found[f"{name}_cost"] = float(lost[of_label].mean())
            weights = times[:, of_label]
            weights = weights[weights.sum(1) > 0]
            found[f"{name}_cost_ci95"] = percentiles(weights @ lost[of_label] / weights.sum(1))
    return found
