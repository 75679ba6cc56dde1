"""The bundle that is served: the calibrated SavedModel, and beside it golden.json and card.json."""

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from mlflow.tracking import MlflowClient

from ..arrays import Pixels
from ..config import FILM_SIZE, REFERENCE, Config, Recipe
from ..data.manifest import Collection, from_source, patients_of, sources_of, truth_of
from ..data.pixels import read_pixels
from ..judge.calibration import expected_calibration_error, fit_calibration, sigmoid
from ..judge.conformal import coverage, coverage_on_other_halves, fit_three_way
from ..judge.logged_model import in_batches, load_signatures
from ..judge.novelty import Novelty, films_to_fit, fit_novelty, threshold
from ..judge.operating_points import choose_operating_points
from ..judge.source_figures import SourceFigures, figures_per_source
from ..train.augmentation import DRAWS_PER_STEP, augment
from ..train.network import with_pooled
from . import run_plots
from .card_json import Measured, model_card
from .golden import golden
from .revision import revision
from .saved_model import freeze, log_model, weights_digest


def log_bundle(
    client: MlflowClient, run_id: str, config: Config, films: Collection, pixels: Pixels, network: keras.Model
) -> tuple[dict[str, SourceFigures], str]:
    """Calibrates and exports the network, and measures the model after it was reloaded from disk. Returns the figures
    and the identifier of the logged model. `pixels` are those of the validation films."""
    truth = truth_of(films.val)
    sources = {source: from_source(films.val, source) for source in sources_of(films.val)}
    reference = sources[REFERENCE]
    logits = in_batches(lambda batch: network(batch.astype(np.float32), training=False)[0].numpy(), pixels)
    calibration = fit_calibration(logits[reference], truth[reference])
    novelty_fit = _fit_novelty(config.recipe, config.data, films, network)

    logged = log_model(freeze(network, calibration, novelty_fit))
    signatures = load_signatures(logged.directory)
    probability = in_batches(lambda batch: signatures["serving_default"](image=batch)["output_0"].numpy(), pixels)
    novelty = in_batches(lambda batch: signatures["explain"](image=batch)["novelty"].numpy(), pixels)

    fitted_on = f"the {REFERENCE} validation films"
    points = choose_operating_points(probability[reference], truth[reference], fitted_on)
    three_way = fit_three_way(probability[reference], truth[reference])
    covered = {source: coverage(three_way, probability[mask], truth[mask]) for source, mask in sources.items()}
    covered[REFERENCE] = coverage_on_other_halves(
        probability[reference], truth[reference], patients_of(films.val, REFERENCE)
    )
    novelty_threshold = threshold(novelty, [film.source for film in films.val])
    figures = figures_per_source(films.val, probability, {point.name: point.threshold for point in points})
    before = sigmoid(logits)
    answers = golden(signatures["explain"])
    measured = Measured(
        parameters=network.count_params(),
        calibration=calibration,
        ece_before={source: expected_calibration_error(before[mask], truth[mask]) for source, mask in sources.items()},
        points=points,
        three_way=three_way,
        coverage=covered,
        novelty_threshold=novelty_threshold,
        novelty_above={source: float((novelty[mask] > novelty_threshold).mean()) for source, mask in sources.items()},
        figures=figures,
        fitted_on=fitted_on,
        weights_digest=weights_digest(logged.directory),
        golden_digest=answers["inputs"]["sha256"],
    )
    _log_json(client, logged.model_id, "card.json", model_card(config, films, measured, revision()))
    _log_json(client, logged.model_id, "golden.json", answers)
    plot = run_plots.reliability({"raw": before, "calibrated": probability}, truth, sources)
    client.log_figure(run_id, plot, "plots/reliability.png")
    return figures, logged.model_id


def _fit_novelty(recipe: Recipe, data: Path, films: Collection, network: keras.Model) -> Novelty:
    """Fits the novelty to unchanged and mildly augmented training films, so that a film does not count as unlike them
    only because of its frame or exposure."""
    chosen = [films.train[index] for index in films_to_fit(films.train, recipe.seed)]
    pixels = read_pixels(data, chosen)
    pooling_network = with_pooled(network)

    @tf.function
    def features(batch: Any, mild: Any, seed: Any) -> Any:
        strength = tf.repeat(tf.constant(recipe.mild_strength[1]), tf.shape(batch)[0])
        altered = augment(batch, FILM_SIZE, strength, tf.zeros_like(strength), seed)
        return pooling_network(tf.where(mild, altered, tf.cast(batch, tf.float32)), training=False)[2]

    pooled = [
        features(tf.constant(pixels[i : i + 64]), tf.constant(mild), tf.constant([recipe.seed, i * DRAWS_PER_STEP]))
        for mild in (False, True)
        for i in range(0, len(pixels), 64)
    ]
    return fit_novelty(np.concatenate([batch.numpy() for batch in pooled]), [film.group for film in chosen] * 2)


def _log_json(client: MlflowClient, model_id: str, name: str, content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        client.log_model_artifact(model_id, str(file))
