"""The model card: what a model is for, how good it is on which films, and what it has never seen."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import mlflow
import tensorflow as tf

from .config import FILM_SIZE, Config
from .evaluate import SourceFigures
from .films import Collection, count
from .network import NAME
from .operating_points import OperatingPoint

TITLE = "Pneumonia on frontal chest radiographs"

SCOPE = {
    "en": {
        "known": [
            "Children of 1 to 5 years from one hospital in Guangzhou, frontal films, normal or pneumonia.",
            "All thresholds and the calibration were chosen on films of this one hospital.",
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
            "Tous les seuils et la calibration ont été choisis sur des clichés de ce seul hôpital.",
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


@dataclass(frozen=True)
class Calibration:
    temperature: float
    fitted_on: str
    ece_before: dict[str, float]
    ece_after: dict[str, float]


def model_card(
    config: Config,
    films: Collection,
    parameters: int,
    calibration: Calibration,
    points: Sequence[OperatingPoint],
    figures: dict[str, SourceFigures],
    revision: str | None,
) -> dict[str, Any]:
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
            for point in points
        ],
        "calibration": {
            "method": "temperature",
            "temperature": calibration.temperature,
            "fitted_on": calibration.fitted_on,
            "ece": {
                source: {"before": calibration.ece_before[source], "after": calibration.ece_after[source]}
                for source in calibration.ece_after
            },
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
            "films_seen": config.recipe.views_seen,
            "seed": config.recipe.seed,
            "network": NAME,
            "parameters": parameters,
        },
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "mlflow": mlflow.__version__,
        },
        "revision": revision,
    }
