"""A model that was logged with MLflow, opened to compute probabilities."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import numpy.typing as npt
import tensorflow as tf
import yaml

from ..arrays import Numbers, Pixels
from ..mlflow_store import in_store

Score = Callable[[Pixels], Numbers]

BATCH = 64


@dataclass(frozen=True)
class Model:
    identifier: str  # m-…, MLflow's name for it
    directory: Path
    card: dict[str, Any]
    signatures: dict[str, Any]

    @property
    def thresholds(self) -> dict[str, float]:
        return thresholds_of(self.card)

    def score(self, pixels: Pixels) -> Numbers:
        return in_batches(lambda batch: self.signatures["serving_default"](image=batch)["output_0"].numpy(), pixels)

    def explain(self, pixels: Pixels) -> tuple[Numbers, Numbers]:
        """Probabilities [n] and maps [n, h, w]."""
        answers = [self.signatures["explain"](image=pixels[i : i + BATCH]) for i in range(0, len(pixels), BATCH)]
        probability, maps = (
            np.concatenate([answer[name].numpy() for answer in answers]) for name in ("probability", "activation_map")
        )
        return probability.reshape(len(pixels)), maps.reshape(len(pixels), *maps.shape[1:3])

    def novelty(self, pixels: Pixels) -> Numbers | None:
        """How unlike the training films each film is; None where the card names no such output."""
        rule = self.card.get("novelty")
        return rule and in_batches(lambda batch: self.signatures["explain"](image=batch)[rule["name"]].numpy(), pixels)


def open_model(mlruns: Path, uri: str) -> Model:
    """A model by its MLflow URI or by its directory."""
    if Path(uri).is_dir():
        directory = Path(uri).resolve()
    else:
        with in_store(mlruns):
            directory = Path(mlflow.artifacts.download_artifacts(uri)).resolve()
    identifier = yaml.safe_load((directory / "MLmodel").read_text()).get("model_id") or directory.name
    card = json.loads((directory / "card.json").read_text())
    return Model(identifier, directory, card, load_signatures(directory))


def load_signatures(directory: Path | str) -> dict[str, Any]:
    """The signatures of a logged model, from its directory."""
    return dict(tf.saved_model.load(str(Path(directory) / "tf2model")).signatures)


def thresholds_of(card: dict[str, Any]) -> dict[str, float]:
    return {point["name"]: point["threshold"] for point in card["operating_points"]}


def in_batches(
    score: Callable[[Pixels], npt.NDArray[np.float32]], pixels: Pixels, batch: int = BATCH
) -> npt.NDArray[np.float32]:
    """One number per film."""
    return np.concatenate([score(pixels[i : i + batch])[:, 0] for i in range(0, len(pixels), batch)])
