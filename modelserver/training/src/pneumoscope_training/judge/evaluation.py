"""The evaluation of a model on a folder of films: figures per source, and a table of scores."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Numbers, Pixels
from ..data import leaks
from ..data.evaluation_set import read_evaluation_set
from ..data.manifest import Film, from_source, manifest_digest, of_split, read_manifest, truth_of
from ..data.pixels import read_stretched
from .auc import area_under_curve
from .conformal import coverage_per_source
from .logged_model import Model, thresholds_of
from .novelty import novelty_per_source
from .server import Server
from .source_figures import figures_per_source
from .thumbnail import thumbnails_per_source


@dataclass(frozen=True)
class Evaluation:
    films: list[Film]
    pixels: Pixels
    probability: Numbers
    thresholds: dict[str, float]
    figures: dict[str, Any]  # as written to evaluation.json


def evaluate(
    model: Model,
    data: Path,
    train_data: Path | None,
    split: str | None = None,
    positive: Sequence[str] = (),
    server: Server | None = None,
) -> Evaluation:
    """With a server, measures the answers of the server, and compares them with those of the model."""
    films = read_evaluation_set(data, split, positive)
    pixels, stretched = read_stretched(data, films)
    probability, card = model.score(pixels), model.card
    served = None
    if server:
        identifier, served_card = server.card()
        answered = server.score(pixels)
        served = {"model": identifier, "largest_difference": float(np.abs(answered - probability).max())}
        probability, card = answered, served_card or model.card
    thresholds = thresholds_of(card)

    sources = {name: figures.as_json() for name, figures in figures_per_source(films, probability, thresholds).items()}
    also_in_training = suspects = None
    if train_data:
        train = of_split(read_manifest(train_data), "train")
        for name, thumbnail in thumbnails_per_source(train_data, train, films, pixels, probability).items():
            sources[name]["thumbnail"] = asdict(thumbnail)
        found = leaks.between(data, films, train_data, train)
        also_in_training, suspects = len(found.leaks), _without(found.worth_a_look, films, probability)
    figures = {
        "schema": 1,
        "model": model.identifier,
        "through": "the server" if server else "the SavedModel",
        "server": served,
        "split": films[0].split or None,
        "manifest_digest": manifest_digest(data) if (data / "manifest.csv").exists() else None,
        "stretched_films": stretched,
        "also_in_training": also_in_training,  # number of films; None without the training films
        "perhaps_in_training": suspects,
        "sources": sources,
        "three_way": coverage_per_source(card, films, probability),
        "novelty": novelty_per_source(model.card, films, model.novelty(pixels)),  # always of the SavedModel
    }
    return Evaluation(films, pixels, probability, thresholds, figures)


def _without(suspects: Sequence[leaks.Leak], films: Sequence[Film], probability: Numbers) -> dict[str, Any]:
    """Films whose patient may be among the training films, and the AUC without them, per source."""
    named = {leak.first for leak in suspects}
    suspect, truth = np.array([film.file in named for film in films]), truth_of(films)
    result = {}
    for source in sorted({film.source for film, found in zip(films, suspect, strict=True) if found}):
        here = from_source(films, source)
        kept = here & ~suspect
        result[source] = {
            "films": sorted(named & {film.file for film in films if film.source == source}),
            "auc_without": area_under_curve(probability[kept], truth[kept]),
        }
    return result


def write_scores(file: Path, evaluation: Evaluation) -> None:
    """A row per film. It names films, so it must stay outside the repository too."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "source", "label", "patient", "probability"])
        for film, p in zip(evaluation.films, evaluation.probability, strict=True):
            writer.writerow([film.file, film.source, film.label, film.patient, f"{p:.6f}"])
