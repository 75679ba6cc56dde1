"""The AUC of a thumbnail of 16x16 pixels, as a baseline. A thumbnail shows the kind of patient and how the film was
taken, but a lung in it is hardly more than a grey patch. A network is useful only as far as its AUC is higher."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..arrays import Counts, Numbers, Pixels, Truth
from ..config import FILM_SIZE
from ..data.manifest import Film, from_source, patients_of, sources_of, truth_of
from ..data.pixels import read_pixels
from .auc import area_under_curve, auc_interval, weighted_area
from .intervals import Interval, bootstrap

SIDE = 16
Features = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ThumbnailFigures:
    auc: float | None
    auc_ci95: Interval | None
    gain: float | None  # the model's AUC minus the thumbnail's
    gain_ci95: Interval | None  # both AUCs on the same draws of patients
    trained_on: str  # a source, or all of them


def thumbnails(pixels: Pixels) -> Features:
    """The means of SIDE x SIDE blocks of each film, [films, 256]."""
    block = FILM_SIZE // SIDE
    return pixels.reshape(len(pixels), SIDE, block, SIDE, block).mean((2, 4), dtype=np.float64).reshape(len(pixels), -1)


def fit_and_score(features: Features, truth: Truth, evaluated: Features) -> Numbers:
    """Probabilities of a logistic regression."""
    regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    regression.fit(features, truth)
    return np.asarray(regression.predict_proba(evaluated)[:, 1])


def thumbnails_per_source(
    train_data: Path, train: Sequence[Film], films: Sequence[Film], pixels: Pixels, probability: Numbers
) -> dict[str, ThumbnailFigures]:
    """Compares the thumbnail with a model's probabilities, per source. The regression is trained on the training films
    of the source, or on all where the source has only one label."""
    features = thumbnails(read_pixels(train_data, train))
    truth, evaluated, evaluated_truth = truth_of(train), thumbnails(pixels), truth_of(films)
    figures = {}
    for source in sources_of(films):
        mask, name = from_source(train, source), source
        if len(set(truth[mask])) < 2:
            mask, name = np.ones(len(train), np.bool_), "all sources"
        here = from_source(films, source)
        t = evaluated_truth[here]
        if len(set(t)) < 2 or len(set(truth[mask])) < 2:
            figures[source] = ThumbnailFigures(None, None, None, None, name)
            continue
        scores = fit_and_score(features[mask], truth[mask], evaluated[here])
        patients = patients_of(films, source)
        gain = _gain(probability[here], scores, t)
        figures[source] = ThumbnailFigures(
            area_under_curve(scores, t),
            auc_interval(scores, t, patients),
            gain(np.ones(len(t), np.int64)),
            bootstrap(gain, patients),
            name,
        )
    return figures


def _gain(model: Numbers, thumbnail: Numbers, truth: Truth) -> Callable[[Counts], float | None]:
    """Returns a function of how often each film counts: how much higher the model's AUC is than the thumbnail's."""

    def gain(times: Counts) -> float | None:
        areas = [weighted_area(scores, truth, times) for scores in (model, thumbnail)]
        return None if areas[0] is None or areas[1] is None else areas[0] - areas[1]

    return gain
