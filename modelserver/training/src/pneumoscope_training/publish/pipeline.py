"""From a folder of films to a new version of the model in MLflow."""

import logging
from dataclasses import replace

import mlflow
from mlflow.tracking import MlflowClient

from ..arrays import Pixels
from ..config import ALIAS, MODEL, Config
from ..data import leaks
from ..data.manifest import Collection, read_collection, read_manifest
from ..data.pixels import check_sizes, read_pixels
from ..judge.source_figures import SourceFigures
from ..mlflow_store import in_store
from ..train.determinism import make_deterministic
from ..train.loop import train
from ..train.state import Trained
from ..train.workers import join
from .bundle import log_bundle
from .epoch_figures import validation
from .mlflow_run import log_metrics, log_training
from .portable_store import make_portable

log = logging.getLogger(__name__)


def train_and_log(config: Config) -> dict[str, SourceFigures] | None:
    """The figures of the new model; None in a worker that is not the chief."""
    make_deterministic(config.threads)
    workers = join()
    searched = leaks.check(config.data, read_manifest(config.data))
    log.info("no leaks among %d films, %d of them without a patient key", searched.films, searched.without_patient)
    films = read_collection(config.data, config.recipe.limit_films)
    check_sizes(config.data, films.train)
    log.info("%d films to train on, %d to validate on", len(films.train), len(films.val))
    checkpoint = config.cache / f"{config.recipe.digest(films.digest)[:16]}.npz"
    pixels = read_pixels(config.data, films.val)
    validate = validation(films.val, pixels)
    trained = train(config.recipe, config.data, films.train, validate, checkpoint, workers)
    log.info("trained to the weights %s", trained.digest)
    if not workers.chief:
        return None
    network = checkpoint.with_suffix(".keras")  # for further training; the served model is frozen
    trained.network.save(network)
    log.info("the network is in %s", network)
    return _log(config, films, pixels, trained)


def _log(config: Config, films: Collection, pixels: Pixels, trained: Trained) -> dict[str, SourceFigures]:
    """Logs a training only after it has finished, so that an interrupted one leaves nothing in MLflow."""
    config = replace(config, data=config.data.resolve())  # in_store changes the working directory
    with in_store(config.mlruns, new=True) as store:
        log.info("logging to %s", store or mlflow.get_tracking_uri())
        mlflow.set_experiment(MODEL)
        with mlflow.start_run(run_name=f"seed-{config.recipe.seed}") as run:
            client = MlflowClient()
            log_training(client, run.info.run_id, config.recipe, films.digest, trained)
            figures, model_id = log_bundle(client, run.info.run_id, config, films, pixels, trained.network)
            log_metrics(client, run.info.run_id, figures)
        version = mlflow.register_model(f"models:/{model_id}", MODEL)
        # The first model becomes the champion; a later one is promoted.
        if ALIAS not in client.get_registered_model(MODEL).aliases:
            client.set_registered_model_alias(MODEL, ALIAS, version.version)
        # MLflow writes a file into a registered model's folder at its first download: trigger that now.
        mlflow.artifacts.download_artifacts(f"models:/{MODEL}/{version.version}")
        if store:
            make_portable(store)
    log.info("logged as %s version %s", MODEL, version.version)
    return figures
