"""The AUC of shortcuts: features that show nothing of a lung except its greys, each with a logistic regression trained
on the training films of a source. A network may have learned such a shortcut instead of the disease."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..arrays import Pixels
from ..config import FILM_SIZE
from ..data.manifest import Film, from_source, patients_of, sources_of, truth_of
from .auc import area_under_curve, auc_interval
from .thumbnail import fit_and_score, thumbnails

Features = npt.NDArray[np.float64]

COARSE = 28  # pixels on a side: one is 3.6 % of the film, three are 10.7 %
CORNER = round(0.2 * FILM_SIZE)  # side of a corner, in pixels of the film
CORNERS = [
    (y, x) for y in (slice(None, CORNER), slice(-CORNER, None)) for x in (slice(None, CORNER), slice(-CORNER, None))
]
FOLDS = 5


def _coarse(pixels: Pixels) -> Features:
    block = pixels.shape[1] // COARSE
    return pixels.reshape(len(pixels), COARSE, block, COARSE, block).mean((2, 4), dtype=np.float64)


def _border(width: int) -> Callable[[Pixels], Features]:
    ring = np.ones((COARSE, COARSE), np.bool_)
    ring[width:-width, width:-width] = False
    return lambda pixels: _coarse(pixels)[:, ring]


def _top_corners(pixels: Pixels) -> Features:
    coarse = _coarse(pixels)
    return np.concatenate([coarse[:, :6, :6], coarse[:, :6, -6:]], axis=2).reshape(len(pixels), -1)


def _histogram(pixels: Pixels) -> Features:
    return np.stack([np.bincount(film.ravel() // 8, minlength=32) for film in pixels]) / pixels[0].size


def _mean_and_spread(pixels: Pixels) -> Features:
    return np.stack([[film.mean(), film.std()] for film in pixels])


def _detail(pixels: Pixels) -> Features:
    """Sharpness: the differences of neighbouring pixels, horizontally and vertically."""
    steps = [[np.abs(np.diff(film[:, :, 0].astype(np.int16), axis=axis)) for axis in (0, 1)] for film in pixels]
    return np.stack([[step.mean() for step in pair] + [step.std() for step in pair] for pair in steps])


def _markers(pixels: Pixels) -> Features:
    """Burnt-in text: for each corner, the share of nearly white pixels, the share of edges as hard as a letter's, and
    the brightest pixel."""
    rows = []
    for film in pixels[:, :, :, 0].astype(np.int16):
        row: list[float] = []
        for y, x in CORNERS:
            corner = film[y, x]
            row += [(corner > 235).mean(), (np.abs(np.diff(corner, axis=1)) > 60).mean(), corner.max()]
        rows.append(row)
    return np.array(rows, np.float64)


SHORTCUTS: dict[str, Callable[[Pixels], Features]] = {
    "blurred to 16x16": thumbnails,
    "border only, outer 4 %": _border(1),
    "border only, outer 11 %": _border(3),
    "two top corners": _top_corners,
    "32-bin histogram": _histogram,
    "mean and spread": _mean_and_spread,
    "sharpness": _detail,
    "text markers in the corners": _markers,
}


def auc_per_source(
    train: Sequence[Film], train_pixels: Pixels, films: Sequence[Film], pixels: Pixels
) -> dict[str, dict[str, dict[str, Any]]]:
    """The AUC for each shortcut and source; sources without films of both labels are left out."""
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for name, features in SHORTCUTS.items():
        result[name] = {}
        for source in sources_of(films):
            ours = from_source(train, source)
            here = from_source(films, source)
            truth, evaluated = truth_of(train)[ours], truth_of(films)[here]
            if len(set(truth)) < 2 or len(set(evaluated)) < 2:
                continue
            scores = fit_and_score(features(train_pixels[ours]), truth, features(pixels[here]))
            result[name][source] = {
                "auc": area_under_curve(scores, evaluated),
                "auc_ci95": auc_interval(scores, evaluated, patients_of(films, source)),
            }
    return result


def auc_of_size(data: Path, films: Sequence[Film]) -> dict[str, dict[str, Any]]:
    """The AUC of the size of original films, by cross-validation: each film is scored by a regression that was trained
    on other patients."""
    sizes = np.empty((len(films), 2))
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            sizes[index] = image.size
    width, height = np.log(sizes).T
    truth = truth_of(films)
    features = {"aspect ratio": [width - height], "pixel count": [width + height], "both": [width, height]}
    patients = sorted({film.patient or film.file for film in films})
    order = np.random.default_rng(0).permutation(len(patients))
    fold_of = {patient: int(fold) % FOLDS for patient, fold in zip(patients, order, strict=True)}
    folds = np.array([fold_of[film.patient or film.file] for film in films])
    result = {}
    for name, columns in features.items():
        values = np.stack(columns, axis=1)
        scores = np.empty(len(films))
        for fold in range(FOLDS):
            here = folds == fold
            if here.any() and len(set(truth[~here])) == 2:
                scores[here] = fit_and_score(values[~here], truth[~here], values[here])
            else:
                scores[here] = truth.mean()
        result[name] = {
            "auc": area_under_curve(scores, truth),
            "auc_ci95": auc_interval(scores, truth, [film.patient for film in films]),
        }
    return result
