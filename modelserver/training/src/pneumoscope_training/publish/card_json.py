"""The contents of card.json: what a model is for, how good it is on which films, and what it has never seen."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import mlflow
import tensorflow as tf

from ..config import FILM_SIZE, Config
from ..data.manifest import Collection, count
from ..judge.calibration import Calibration
from ..judge.conformal import NOMINAL, Coverage, ThreeWay
from ..judge.operating_points import OperatingPoint
from ..judge.source_figures import SourceFigures
from ..train.network import NAME
from .card_texts import SCOPE, SOURCES, TITLE

PREPROCESSING = {
    "size": [FILM_SIZE, FILM_SIZE],
    "channels": 1,
    "bits": 8,
    "geometry": "the whole film, stretched",
    "filter": "bilinear, antialiased when shrinking",
    "greys": "as displayed: air dark, bone bright",
}


@dataclass(frozen=True)
class Measured:
    """The figures of an exported model."""

    parameters: int
    calibration: Calibration
    ece_before: dict[str, float]
    points: Sequence[OperatingPoint]
    three_way: ThreeWay
    coverage: dict[str, Coverage]  # per source
    novelty_threshold: float
    novelty_above: dict[str, float]  # share of each source's validation films
    figures: dict[str, SourceFigures]
    fitted_on: str  # the films that calibration, operating points and three-way answer were fitted on
    weights_digest: str
    golden_digest: str


def model_card(config: Config, films: Collection, measured: Measured, revision: str | None) -> dict[str, Any]:
    figures = measured.figures
    return {
        "schema": 1,
        "title": TITLE,
        "labels": {"positive": "pneumonia", "negative": "normal"},
        "input": {
            "name": "image",
            "dtype": "uint8",
            "shape": [-1, FILM_SIZE, FILM_SIZE, 1],
            "preprocessing": f"One grey channel of 8 bits, the whole film stretched to {FILM_SIZE}x{FILM_SIZE} "
            "pixels with an antialiased filter; everything after that is part of the model.",
            "contract": PREPROCESSING,
        },
        "explanation": {
            "name": "activation_map",
            "meaning": "The mean of the cells is the logit of the probability; a cell above 0 speaks for "
            "pneumonia, one below 0 against it.",
        },
        "operating_points": [
            {
                "name": point.name,
                "threshold": point.threshold,
                "rule": point.rule,
                "confusion": {source: f.points[point.name].confusion for source, f in figures.items()},
                "sensitivity": {source: f.points[point.name].sensitivity for source, f in figures.items()},
                "specificity": {source: f.points[point.name].specificity for source, f in figures.items()},
            }
            for point in measured.points
        ],
        "three_way": {
            "method": "split-conformal prediction for each label",
            "nominal": NOMINAL,
            "normal_below": measured.three_way.normal_below,
            "pneumonia_above": measured.three_way.pneumonia_above,
            "fitted_on": measured.fitted_on,
            "measured": {source: asdict(coverage) for source, coverage in measured.coverage.items()},
        },
        "novelty": {
            "name": "novelty",
            "threshold": measured.novelty_threshold,
            "meaning": "How far a film is from the training films. Above the threshold it is unlike them, as about one "
            "in a hundred validation films of each source is.",
            "above": measured.novelty_above,
        },
        "calibration": {
            "method": "scale and bias, both labels weighing the same",
            "scale": measured.calibration.scale,
            "bias": measured.calibration.bias,
            "fitted_on": measured.fitted_on,
            "ece": {source: {"before": measured.ece_before[source], "after": f.ece} for source, f in figures.items()},
        },
        "validation": {
            source: {
                "films": f.films,
                "positives": f.positives,
                "auc": f.auc,
                "auc_ci95": None if f.auc_ci95 is None else list(f.auc_ci95),
            }
            for source, f in figures.items()
        },
        "scope": SCOPE,
        "sources": SOURCES,
        "data": {"digest": films.digest, "films": count([*films.train, *films.val])},
        "training": {
            "steps": config.recipe.steps,
            "views_seen": config.recipe.views_seen,
            "seed": config.recipe.seed,
            "network": NAME,
            "parameters": measured.parameters,
        },
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "mlflow": mlflow.__version__,
        },
        "bundle": {"weights_sha256": measured.weights_digest, "golden_inputs_sha256": measured.golden_digest},
        "revision": revision,
    }
