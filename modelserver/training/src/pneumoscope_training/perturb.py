"""Films as other hands would have made them: what a changed frame or exposure costs at a stored threshold."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from .calibrate import Numbers, Truth
from .config import FILM_SIZE
from .evaluate import area_under_curve, from_source, truth_of
from .films import Film, Pixels
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


def _half(film: Image.Image) -> Image.Image:
    small = film.resize((FILM_SIZE // 2, FILM_SIZE // 2), Image.Resampling.BILINEAR)
    return small.resize(WHOLE, Image.Resampling.BILINEAR)


def _jpeg(film: Image.Image) -> Image.Image:
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
    "half resolution": _half,
    "JPEG q20": _jpeg,
    "turned 7 degrees left": _turn(7),
    "turned 7 degrees right": _turn(-7),
}


def perturbed(pixels: Pixels, change: Perturbation) -> Pixels:
    changed = [np.asarray(change(Image.fromarray(film[:, :, 0]))) for film in pixels]
    return np.stack(changed)[..., None].astype(np.uint8)


def score_all(score: Callable[[Pixels], Numbers], pixels: Pixels) -> dict[str, Numbers]:
    """Probabilities of the films as they are, and of each perturbation."""
    return {UNCHANGED: score(pixels)} | {
        name: score(perturbed(pixels, change)) for name, change in PERTURBATIONS.items()
    }


def costs(
    films: Sequence[Film], scores: dict[str, Numbers], thresholds: dict[str, float]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Per source and perturbation: the AUC, and per operating point the sensitivity and specificity with what of
    them is lost (95 % interval of the loss over patients, the same films before and after)."""
    truth = truth_of(films)
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for source in sorted({film.source for film in films}):
        here = from_source(films, source)
        t = truth[here]
        times = patients_drawn([film.patient for film in films if film.source == source])
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
    before: Numbers, after: Numbers, truth: Truth, threshold: float, times: npt.NDArray[np.int64], changed: bool
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


def table(sources: dict[str, dict[str, dict[str, Any]]], point: str) -> str:
    """Sensitivity and specificity at one operating point, a row per perturbation, a column per source."""

    def cell(value: float | None, cost: float | None) -> str:
        return "-" if value is None else f"{value:.3f}" + ("" if cost is None else f" ({-cost:+.3f})")

    lines = [" " * 26 + "".join(f"{source + ' sens / spec':<38}" for source in sources)]
    for name in next(iter(sources.values())):
        row = f"{name:<26}"
        for found in sources.values():
            f = found[name]["points"][point]
            pair = (cell(f[k], f.get(f"{k}_cost")) for k in ("sensitivity", "specificity"))
            row += f"{' / '.join(pair):<38}"
        lines.append(row.rstrip())
    return "\n".join(lines)
