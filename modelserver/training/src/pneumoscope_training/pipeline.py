"""From a folder of films to the champion in mlruns/."""

import contextlib
import json
import logging
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import tensorflow as tf
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from . import leaks, portable
from .calibrate import expected_calibration_error, fit_temperature, log_loss, sigmoid
from .card import Calibration, model_card
from .config import Config
from .evaluate import SourceFigures, area_under_curve, figures_per_source, from_source, in_batches, truth_of
from .export import freeze, load_signatures, log_model
from .films import Collection, Film, Pixels, check_sizes, read_collection, read_manifest, read_pixels
from .golden import golden
from .operating_points import choose_operating_points
from .train import Trained, Validate, at_size, train

MODEL = "pneumonia"
ALIAS = "champion"
REFERENCE = "kermany"  # the one source with many sure labels of both kinds: it alone chooses anything

log = logging.getLogger(__name__)


def train_and_log(config: Config) -> dict[str, SourceFigures]:
    if config.threads:
        tf.config.threading.set_intra_op_parallelism_threads(config.threads)
        tf.config.threading.set_inter_op_parallelism_threads(config.threads)
    seen = leaks.check(config.data, read_manifest(config.data))
    log.info("no leaks among %d films, %d of them without a patient key", seen.films, seen.without_patient)
    films = read_collection(config.data, config.recipe.limit_films)
    check_sizes(config.data, films.train)
    log.info("%d films to train on, %d to validate on", len(films.train), len(films.val))
    checkpoint = config.cache / f"{config.recipe.digest(films.digest)[:16]}.npz"
    pixels = read_pixels(config.data, films.val)
    trained = train(config.recipe, config.data, films.train, _validation(films.val, pixels), checkpoint)
    return _log(config, films, pixels, trained)


def _validation(films: Sequence[Film], pixels: Pixels) -> Validate:
    """A few figures per source, cheap enough for every epoch."""
    truth = truth_of(films)
    sources = sorted({film.source for film in films})

    def validate(network: keras.Model, size: int) -> dict[str, float]:
        @tf.function
        def score(batch: Any) -> Any:
            return network(at_size(batch, size), training=False)[0]

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
    """Logs a finished training in one go, so that an interrupted one leaves nothing behind in mlruns/."""
    store = config.mlruns.resolve()
    # A portable store names its files relative to the folder that it lies in.
    with contextlib.chdir(store.parent):
        mlflow.set_tracking_uri(store.name)
        mlflow.set_experiment(MODEL)
        with mlflow.start_run(run_name=f"seed-{config.recipe.seed}") as run:
            client = MlflowClient()
            _log_training(client, run.info.run_id, config, films.digest, trained)
            figures, model_id = _log_model(client, config, films, pixels, trained)
            _log_metrics(client, run.info.run_id, figures)
        version = mlflow.register_model(f"models:/{model_id}", MODEL)
        # The first model has none to be compared with; a later one must earn the alias by promotion.
        if ALIAS not in client.get_registered_model(MODEL).aliases:
            client.set_registered_model_alias(MODEL, ALIAS, version.version)
        # MLflow leaves a note in a registered model's folder at the first download: let it do so now.
        mlflow.artifacts.download_artifacts(f"models:/{MODEL}/{version.version}")
    portable.make_portable(store)
    log.info("logged as %s version %s", MODEL, version.version)
    return figures


def _log_training(client: MlflowClient, run_id: str, config: Config, digest: str, trained: Trained) -> None:
    recipe = config.recipe
    parameters = {**recipe.as_dict(), "views_seen": recipe.views_seen, "data_digest": digest, "revision": _revision()}
    client.log_batch(run_id, params=[Param(name, str(value)) for name, value in parameters.items()])
    now = int(time.time() * 1000)
    span = max(1, recipe.steps // 200)  # means over so many steps: a curve of 200 points
    losses = [
        Metric("loss", float(np.mean(trained.losses[end - span : end])), now, end)
        for end in range(span, len(trained.losses) + 1, span)
    ]
    client.log_batch(run_id, metrics=losses)
    for figures in trained.history:
        step = int(figures["step"])
        epoch = [Metric(f"epoch_{name}", value, now, step) for name, value in figures.items() if name != "step"]
        client.log_batch(run_id, metrics=epoch)
    client.log_metric(run_id, "training_seconds", trained.seconds)
    client.log_metric(run_id, "training_core_seconds", trained.core_seconds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.keras"
        trained.network.save(file)  # to train on, or to look into; the served model is the frozen one
        client.log_artifact(run_id, str(file))


def _log_model(
    client: MlflowClient, config: Config, films: Collection, pixels: Pixels, trained: Trained
) -> tuple[dict[str, SourceFigures], str]:
    """Calibrates, exports, and measures what was exported, as reloaded from disk."""
    network: keras.Model = trained.network
    logits = in_batches(lambda batch: network(batch.astype(np.float32), training=False)[0].numpy(), pixels)
    truth = truth_of(films.val)
    reference = from_source(films.val, REFERENCE)
    temperature = fit_temperature(logits[reference], truth[reference])

    logged = log_model(freeze(network, temperature))
    signatures = load_signatures(logged.directory)
    probability = in_batches(lambda batch: signatures["serving_default"](image=batch)["output_0"].numpy(), pixels)
    where = f"the {REFERENCE} validation films"
    points = choose_operating_points(probability[reference], truth[reference], where)
    figures = figures_per_source(films.val, probability, {point.name: point.threshold for point in points})
    before = {
        source: expected_calibration_error(sigmoid(logits[mask]), truth[mask])
        for source in figures
        for mask in [from_source(films.val, source)]
    }
    card = model_card(
        config=config,
        films=films,
        parameters=network.count_params(),
        calibration=Calibration(
            temperature=temperature,
            fitted_on=where,
            ece_before=before,
            ece_after={source: f.ece for source, f in figures.items()},
        ),
        points=points,
        figures=figures,
        revision=_revision(),
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("card.json", card), ("golden.json", golden(signatures["explain"]))):
            file = Path(folder) / name
            file.write_text(_json(content))
            client.log_model_artifact(logged.model_id, str(file))
    return figures, logged.model_id


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
