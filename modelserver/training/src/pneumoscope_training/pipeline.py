"""From a folder of films to the champion in mlruns/."""

import functools
import json
import logging
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import tensorflow as tf
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from . import leaks, plots, portable
from .augment import DRAWS_PER_STEP, augment
from .calibrate import expected_calibration_error, fit_calibration, log_loss, sigmoid
from .card import Made, model_card
from .config import FILM_SIZE, Config
from .conformal import coverage, coverage_on_other_halves, fit_three_way
from .determinism import make_deterministic
from .evaluate import SourceFigures, area_under_curve, figures_per_source, from_source, in_batches, truth_of
from .export import freeze, load_signatures, log_model, weights_digest
from .films import Collection, Film, Pixels, check_sizes, read_collection, read_manifest, read_pixels
from .golden import golden
from .network import with_pooled
from .novelty import Novelty, films_to_fit, fit_novelty, threshold
from .operating_points import choose_operating_points
from .store import in_store
from .train import Trained, Validate, at_size, train
from .workers import join

MODEL = "pneumonia"
ALIAS = "champion"
# The one source with many sure labels of both kinds: it alone chooses calibration, operating points and the three-way
# answer.
REFERENCE = "kermany"

log = logging.getLogger(__name__)


def train_and_log(config: Config) -> dict[str, SourceFigures] | None:
    """The figures of the model that was made, or nothing from a worker that only helped."""
    make_deterministic(config.threads)
    workers = join()
    seen = leaks.check(config.data, read_manifest(config.data))
    log.info("no leaks among %d films, %d of them without a patient key", seen.films, seen.without_patient)
    films = read_collection(config.data, config.recipe.limit_films)
    check_sizes(config.data, films.train)
    log.info("%d films to train on, %d to validate on", len(films.train), len(films.val))
    checkpoint = config.cache / f"{config.recipe.digest(films.digest)[:16]}.npz"
    pixels = read_pixels(config.data, films.val)
    validate = _validation(films.val, pixels)
    trained = train(config.recipe, config.data, films.train, validate, checkpoint, workers=workers)
    log.info("trained to the weights %s", trained.digest)
    if not workers.chief:
        return None
    return _log(config, films, pixels, trained)


def _validation(films: Sequence[Film], pixels: Pixels) -> Validate:
    """A few figures per source, cheap enough for every epoch."""
    truth = truth_of(films)
    sources = sorted({film.source for film in films})

    # A graph for each size, not for each epoch: building one costs seconds.
    @functools.cache
    def score_at(network: keras.Model, size: int) -> Any:
        return tf.function(lambda batch: network(at_size(batch, size), training=False)[0])

    def validate(network: keras.Model, size: int) -> dict[str, float]:
        score = score_at(network, size)
        logits = in_batches(lambda batch: score(tf.constant(batch)).numpy(), pixels)
        figures = {}
        for source in sources:
            mask = from_source(films, source)
            auc = area_under_curve(logits[mask], truth[mask])
            if auc is not None:
                figures[f"{source}_auc"] = auc
            figures[f"{source}_log_loss"] = log_loss(logits[mask], truth[mask])
        return figures

    return validate


def _log(config: Config, films: Collection, pixels: Pixels, trained: Trained) -> dict[str, SourceFigures]:
    """Logs a finished training in one go, so that an interrupted one leaves nothing behind."""
    config = replace(config, data=config.data.resolve())  # the store is used from another folder
    with in_store(config.mlruns, new=True) as store:
        log.info("logging to %s", store or mlflow.get_tracking_uri())
        mlflow.set_experiment(MODEL)
        with mlflow.start_run(run_name=f"seed-{config.recipe.seed}") as run:
            client = MlflowClient()
            _log_training(client, run.info.run_id, config, films.digest, trained)
            figures, model_id = _log_model(client, run.info.run_id, config, films, pixels, trained)
            _log_metrics(client, run.info.run_id, figures)
        version = mlflow.register_model(f"models:/{model_id}", MODEL)
        # The first model has none to be compared with; a later one must earn the alias by promotion.
        if ALIAS not in client.get_registered_model(MODEL).aliases:
            client.set_registered_model_alias(MODEL, ALIAS, version.version)
        # MLflow leaves a note in a registered model's folder at the first download: let it do so now.
        mlflow.artifacts.download_artifacts(f"models:/{MODEL}/{version.version}")
        if store:
            portable.make_portable(store)
    log.info("logged as %s version %s", MODEL, version.version)
    return figures


def _log_training(client: MlflowClient, run_id: str, config: Config, digest: str, trained: Trained) -> None:
    recipe = config.recipe
    parameters = {**recipe.as_dict(), "views_seen": recipe.views_seen, "data_digest": digest, "revision": _revision()}
    client.log_batch(run_id, params=[Param(name, str(value)) for name, value in parameters.items()])
    now = int(time.time() * 1000)
    losses = [Metric("loss", mean, now, step) for step, mean in plots.curve(trained.losses)]
    client.log_batch(run_id, metrics=losses)
    for figures in trained.history:
        step = int(figures["step"])
        epoch = [Metric(f"epoch_{name}", value, now, step) for name, value in figures.items() if name != "step"]
        client.log_batch(run_id, metrics=epoch)
    client.set_tag(run_id, "network_sha256", trained.digest)
    client.log_metric(run_id, "training_seconds", trained.seconds)
    client.log_metric(run_id, "training_core_seconds", trained.core_seconds)
    client.log_figure(run_id, plots.learning(trained.losses, trained.history), "plots/learning.png")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.keras"
        trained.network.save(file)  # to train on, or to look into; the served model is the frozen one
        client.log_artifact(run_id, str(file))


def _log_model(
    client: MlflowClient, run_id: str, config: Config, films: Collection, pixels: Pixels, trained: Trained
) -> tuple[dict[str, SourceFigures], str]:
    """Calibrates, exports, and measures what was exported, as reloaded from disk."""
    network: keras.Model = trained.network
    truth = truth_of(films.val)
    sources = {source: from_source(films.val, source) for source in sorted({film.source for film in films.val})}
    reference = sources[REFERENCE]
    logits = in_batches(lambda batch: network(batch.astype(np.float32), training=False)[0].numpy(), pixels)
    calibration = fit_calibration(logits[reference], truth[reference])

    logged = log_model(freeze(network, calibration, _fit_novelty(config, films, network)))
    signatures = load_signatures(logged.directory)
    probability = in_batches(lambda batch: signatures["serving_default"](image=batch)["output_0"].numpy(), pixels)
    novelty = in_batches(lambda batch: signatures["explain"](image=batch)["novelty"].numpy(), pixels)
    where = f"the {REFERENCE} validation films"
    points = choose_operating_points(probability[reference], truth[reference], where)
    three_way = fit_three_way(probability[reference], truth[reference])
    covered = {source: coverage(three_way, probability[mask], truth[mask]) for source, mask in sources.items()}
    patients = [film.patient for film in films.val if film.source == REFERENCE]
    covered[REFERENCE] = coverage_on_other_halves(probability[reference], truth[reference], patients)
    novelty_threshold = threshold(novelty, [film.source for film in films.val])
    figures = figures_per_source(films.val, probability, {point.name: point.threshold for point in points})
    before = sigmoid(logits)
    answers = golden(signatures["explain"])
    made = Made(
        parameters=network.count_params(),
        calibration=calibration,
        ece_before={source: expected_calibration_error(before[mask], truth[mask]) for source, mask in sources.items()},
        points=points,
        three_way=three_way,
        coverage=covered,
        novelty_threshold=novelty_threshold,
        novelty_above={source: float((novelty[mask] > novelty_threshold).mean()) for source, mask in sources.items()},
        figures=figures,
        where=where,
        weights_digest=weights_digest(logged.directory),
        golden_digest=answers["inputs"]["sha256"],
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (
            ("card.json", model_card(config, films, made, _revision())),
            ("golden.json", answers),
        ):
            file = Path(folder) / name
            file.write_text(_json(content))
            client.log_model_artifact(logged.model_id, str(file))
    client.log_figure(
        run_id, plots.reliability({"raw": before, "calibrated": probability}, truth, sources), "plots/reliability.png"
    )
    return figures, logged.model_id


def _fit_novelty(config: Config, films: Collection, network: keras.Model) -> Novelty:
    """From training films as they are and as altered mildly: another frame or exposure makes no film unlike them."""
    recipe = config.recipe
    chosen = [films.train[index] for index in films_to_fit(films.train, recipe.seed)]
    pixels = read_pixels(config.data, chosen)
    seen = with_pooled(network)

    @tf.function
    def features(batch: Any, mild: Any, seed: Any) -> Any:
        strength = tf.repeat(tf.constant(recipe.mild_strength[1]), tf.shape(batch)[0])
        altered = augment(batch, FILM_SIZE, strength, tf.zeros_like(strength), seed)
        return seen(tf.where(mild, altered, tf.cast(batch, tf.float32)), training=False)[2]

    pooled = [
        features(tf.constant(pixels[i : i + 64]), tf.constant(mild), tf.constant([recipe.seed, i * DRAWS_PER_STEP]))
        for mild in (False, True)
        for i in range(0, len(pixels), 64)
    ]
    return fit_novelty(np.concatenate([batch.numpy() for batch in pooled]), [film.group for film in chosen] * 2)


def _log_metrics(client: MlflowClient, run_id: str, figures: dict[str, SourceFigures]) -> None:
    for source, f in figures.items():
        values = {"auc": f.auc, "ece": f.ece}
        for name, point in f.points.items():
            values[f"{name}_sensitivity"] = point.sensitivity
            values[f"{name}_specificity"] = point.specificity
        for name, value in values.items():
            if value is not None:
                client.log_metric(run_id, f"val_{source}_{name}", value)


def _revision() -> str | None:
    """The git revision of this code, where there is one, marked when the code differs from it."""
    revision = _git("rev-parse", "--verify", "HEAD")
    return revision + "-dirty" if revision and _git("status", "--porcelain", "--", ".") else revision


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip() or None


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
