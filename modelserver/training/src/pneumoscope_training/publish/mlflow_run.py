"""Records a training in a run of MLflow: parameters, losses, figures and plots."""

import time

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from ..config import Recipe
from ..judge.source_figures import SourceFigures
from ..train.state import Trained
from . import run_plots
from .revision import revision


def log_training(client: MlflowClient, run_id: str, recipe: Recipe, data_digest: str, trained: Trained) -> None:
    parameters = {
        **recipe.as_dict(),
        "views_seen": recipe.views_seen,
        "data_digest": data_digest,
        "revision": revision(),
    }
    client.log_batch(run_id, params=[Param(name, str(value)) for name, value in parameters.items()])
    now = int(time.time() * 1000)
    losses = [Metric("loss", mean, now, step) for step, mean in run_plots.curve(trained.losses)]
    client.log_batch(run_id, metrics=losses)
    for figures in trained.history:
        step = int(figures["step"])
        epoch = [Metric(f"epoch_{name}", value, now, step) for name, value in figures.items() if name != "step"]
        client.log_batch(run_id, metrics=epoch)
    client.set_tag(run_id, "network_sha256", trained.digest)
    client.log_metric(run_id, "training_seconds", trained.seconds)
    client.log_metric(run_id, "training_core_seconds", trained.core_seconds)
    client.log_figure(run_id, run_plots.learning(trained.losses, trained.history), "plots/learning.png")


def log_metrics(client: MlflowClient, run_id: str, figures: dict[str, SourceFigures]) -> None:
    for source, f in figures.items():
        values = {"auc": f.auc, "ece": f.ece}
        for name, point in f.points.items():
            values[f"{name}_sensitivity"] = point.sensitivity
            values[f"{name}_specificity"] = point.specificity
        for name, value in values.items():
            if value is not None:
                client.log_metric(run_id, f"val_{source}_{name}", value)
