"""What a thumbnail of 16x16 pixels earns: it shows how a film was taken and of whom, and of a lung at most that much
of it is white. A network is worth what it earns above that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .calibrate import Numbers, Truth
from .config import FILM_SIZE
from .evaluate import area_under_curve, bootstrap_interval, from_source, truth_of, weighted_area
from .films import Film, Pixels, read_pixels
from .intervals import Interval, bootstrap

SIDE = 16
Features = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Earned:
    auc: float | None
    auc_ci95: Interval | None
    gain: float | None  # of the model's AUC over this one
    gain_ci95: Interval | None  # both judged on the same draws of patients
    trained_on: str  # a source, or all of them


def thumbnails(pixels: Pixels) -> Features:
    """Means of blocks of 14x14 pixels, [films, 256]."""
    block = FILM_SIZE // SIDE
    return pixels.reshape(len(pixels), SIDE, block, SIDE, block).mean((2, 4), dtype=np.float64).reshape(len(pixels), -1)


def fit_and_score(features: Features, truth: Truth, judged: Features) -> Numbers:
    """Probabilities by a logistic regression."""
    regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    regression.fit(features, truth)
    return np.asarray(regression.predict_proba(judged)[:, 1])


def earned_by_thumbnails(
    train_data: Path, train: Sequence[Film], films: Sequence[Film], pixels: Pixels, probability: Numbers
) -> dict[str, Earned]:
    """Per source, beside what a model makes of the films. Trained on the train films of that source, or of all where
    it has none of both labels there."""
    features = thumbnails(read_pixels(train_data, train))
    truth, judged, judged_truth = truth_of(train), thumbnails(pixels), truth_of(films)
    earned = {}
    for source in sorted({film.source for film in films}):
        mask, name = from_source(train, source), source
        if len(set(truth[mask])) < 2:
            mask, name = np.ones(len(train), np.bool_), "all sources"
        here = from_source(films, source)
        t = judged_truth[here]
        if len(set(t)) < 2 or len(set(truth[mask])) < 2:
            earned[source] = Earned(None, None, None, None, name)
            continue
        scores = fit_and_score(features[mask], truth[mask], judged[here])
        patients = [film.patient for film in films if film.source == source]
        gain = _gain(probability[here], scores, t)
        earned[source] = Earned(
            area_under_curve(scores, t),
            bootstrap_interval(scores, t, patients),
            gain(np.ones(len(t), np.int64)),
            bootstrap(gain, patients),
            name,
        )
    return earned


def _gain(model: Numbers, thumbnail: Numbers, truth: Truth) -> Callable[[npt.NDArray[np.int64]], float | None]:
    """How much higher the model's AUC is, of films that are there so many times each."""

    def gain(times: npt.NDArray[np.int64]) -> float | None:
        areas = [weighted_area(scores, truth, times) for scores in (model, thumbnail)]
        return None if areas[0] is None or areas[1] is None else areas[0] - areas[1]

    return gain
