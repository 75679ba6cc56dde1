"""The model card: what a model is for, how good it is on which films, and what it has never seen."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import mlflow
import tensorflow as tf

from .calibrate import Calibration
from .config import FILM_SIZE, Config
from .conformal import NOMINAL, Coverage, ThreeWay
from .evaluate import SourceFigures
from .films import Collection, count
from .network import NAME
from .operating_points import OperatingPoint

TITLE = "Pneumonia on frontal chest radiographs"

SCOPE = {
    "en": {
        "known": [
            "Children of 1 to 5 years from one hospital in Guangzhou, frontal films, normal or pneumonia.",
            "The operating points, the three-way answer and the calibration were chosen on films of this one hospital.",
            "Films of adults that radiologists read as normal were part of the training.",
        ],
        "unknown": [
            "This is a teaching and research model, not a medical device: it must not guide the care of anyone.",
            "Adults with pneumonia: few films, with noisy labels taken from report text; the model is weak there.",
            "Any other hospital, machine or age: the probability is not calibrated there.",
            "Other diseases, lateral films, and films that are cropped, framed or mirrored.",
            "The map shows where the score came from, not where a pneumonia is.",
        ],
    },
    "fr": {
        "known": [
            "Enfants de 1 à 5 ans d'un seul hôpital de Canton, clichés de face, normaux ou avec pneumonie.",
            "Les points de fonctionnement, la réponse à trois issues et la calibration ont été choisis sur des clichés "
            "de ce seul hôpital.",
            "Des clichés d'adultes jugés normaux par des radiologues ont servi à l'apprentissage.",
        ],
        "unknown": [
            "C'est un modèle pour l'enseignement et la recherche, pas un dispositif médical : il ne doit guider "
            "les soins de personne.",
            "Adultes avec pneumonie : peu de clichés, aux étiquettes peu sûres tirées de comptes rendus ; le "
            "modèle y est faible.",
            "Tout autre hôpital, appareil ou âge : la probabilité n'y est pas calibrée.",
            "Les autres maladies, les clichés de profil, et les clichés recadrés, encadrés ou inversés.",
            "La carte montre d'où vient le score, pas où se trouve une pneumonie.",
        ],
    },
}

SOURCES = {
    "kermany": {
        "title": {
            "en": "Kermany: children",
            "fr": "Kermany : enfants",
        }
    },
    "nih": {
        "title": {
            "en": "NIH: adults, by reports",
            "fr": "NIH : adultes, d'après comptes rendus",
        }
    },
    "rsna": {
        "title": {
            "en": "RSNA: adults, normal",
            "fr": "RSNA : adultes, normaux",
        }
    },
}


PREPROCESSING = {
    "size": [FILM_SIZE, FILM_SIZE],
    "channels": 1,
    "bits": 8,
    "geometry": "the whole film, stretched",
    "filter": "bilinear, antialiased when shrinking",
    "greys": "as displayed: air dark, bone bright",
}


@dataclass(frozen=True)
class Made:
    """What came out of a training, as the card tells it."""

    parameters: int
    calibration: Calibration
    ece_before: dict[str, float]
    points: Sequence[OperatingPoint]
    three_way: ThreeWay
    coverage: dict[str, Coverage]  # per source
    novelty_threshold: float
    novelty_above: dict[str, float]  # share of each source's validation films
    figures: dict[str, SourceFigures]
    where: str  # on which films everything was chosen
    weights_digest: str
    golden_digest: str


def model_card(config: Config, films: Collection, made: Made, revision: str | None) -> dict[str, Any]:
    figures = made.figures
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
            for point in made.points
        ],
        "three_way": {
            "method": "split-conformal prediction for each label",
            "nominal": NOMINAL,
            "normal_below": made.three_way.normal_below,
            "pneumonia_above": made.three_way.pneumonia_above,
            "fitted_on": made.where,
            "measured": {source: asdict(coverage) for source, coverage in made.coverage.items()},
        },
        "novelty": {
            "name": "novelty",
            "threshold": made.novelty_threshold,
            "meaning": "How far a film is from the films of the training: above the threshold it is unlike them, "
            "as about one in a hundred of any source's validation films is.",
            "above": made.novelty_above,
        },
        "calibration": {
            "method": "scale and bias, both labels weighing the same",
            "scale": made.calibration.scale,
            "bias": made.calibration.bias,
            "fitted_on": made.where,
            "ece": {source: {"before": made.ece_before[source], "after": f.ece} for source, f in figures.items()},
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
            "parameters": made.parameters,
        },
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "mlflow": mlflow.__version__,
        },
        "bundle": {"weights_sha256": made.weights_digest, "golden_inputs_sha256": made.golden_digest},
        "revision": revision,
    }
