"""Judges a model on a folder of films: figures as JSON, a page with plots, and the films that it got wrong."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import answers, leaks
from .calibrate import Numbers
from .evaluate import area_under_curve, figures_per_source, from_source, truth_of
from .films import Film, Pixels, manifest_digest, of_split, read_manifest
from .folder import read_folder, read_stretched
from .scoring import Model, Server, thresholds_of
from .thumbnail import earned_by_thumbnails


@dataclass(frozen=True)
class Evaluation:
    films: list[Film]
    pixels: Pixels
    probability: Numbers
    thresholds: dict[str, float]
    figures: dict[str, Any]  # what goes into the JSON


def evaluate(
    model: Model,
    data: Path,
    train_data: Path | None,
    split: str | None = None,
    positive: Sequence[str] = (),
    server: Server | None = None,
) -> Evaluation:
    """What is measured is what the server answers where there is one; the model is asked besides, to compare."""
    films = read_folder(data, split, positive)
    pixels, stretched = read_stretched(data, films)
    probability, judging = model.score(pixels), model.card
    served = None
    if server:
        identifier, card = server.card()
        given = server.score(pixels)
        served = {"model": identifier, "largest_difference": float(np.abs(given - probability).max())}
        probability, judging = given, card or model.card
    thresholds = thresholds_of(judging)

    sources = {name: figures.as_json() for name, figures in figures_per_source(films, probability, thresholds).items()}
    seen = suspects = None
    if train_data:
        train = of_split(read_manifest(train_data), "train")
        for name, earned in earned_by_thumbnails(train_data, train, films, pixels, probability).items():
            sources[name]["thumbnail"] = asdict(earned)
        found = leaks.between(data, films, train_data, train)
        seen, suspects = len(found.leaks), _without(found.worth_a_look, films, probability)
    figures = {
        "schema": 1,
        "model": model.identifier,
        "through": "the server" if server else "the SavedModel",
        "server": served,
        "split": films[0].split or None,
        "manifest_digest": manifest_digest(data) if (data / "manifest.csv").exists() else None,
        "stretched_films": stretched,
        "also_in_training": seen,  # films, None where the training films were not at hand
        "perhaps_in_training": suspects,
        "sources": sources,
        "three_way": answers.three_way(judging, films, probability),
        "novelty": answers.novelty(model.card, films, model.novelty(pixels)),  # of the SavedModel, always
    }
    return Evaluation(films, pixels, probability, thresholds, figures)


def _without(suspects: Sequence[leaks.Leak], films: Sequence[Film], probability: Numbers) -> dict[str, Any]:
    """Per source, films that look as if their patient had been trained on, and the AUC without them."""
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
    """A row per film. It names films, so it stays outside the repository too."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "source", "label", "patient", "probability"])
        for film, p in zip(evaluation.films, evaluation.probability, strict=True):
            writer.writerow([film.file, film.source, film.label, film.patient, f"{p:.6f}"])
