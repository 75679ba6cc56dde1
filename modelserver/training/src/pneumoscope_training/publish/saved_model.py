"""The export: one SavedModel of the trained network that both MLflow and TensorFlow's C API load."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import tensorflow as tf
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from ..config import FILM_SIZE
from ..judge.calibration import Calibration
from ..judge.novelty import MAX_NOVELTY, Novelty
from ..train.network import with_pooled

INPUT = tf.TensorSpec([None, FILM_SIZE, FILM_SIZE, 1], tf.uint8, name="image")

# Unnamed, because MLflow passes a named tensor as a dictionary, which a tf.Module does not accept.
SIGNATURE = ModelSignature(
    inputs=Schema([TensorSpec(np.dtype("uint8"), (-1, FILM_SIZE, FILM_SIZE, 1))]),
    outputs=Schema([TensorSpec(np.dtype("float32"), (-1, 1))]),
)

Tensor = Any


class PneumoniaModel(tf.Module):
    """The served model. Both functions run the same frozen graph, which includes the calibration."""

    def __init__(self, frozen: Any):
        super().__init__()
        self._frozen = frozen

    @tf.function(input_signature=[INPUT])
    def __call__(self, image: Tensor) -> Tensor:
        """Calibrated probability of pneumonia, [n, 1]."""
        return self._frozen(image)[0]

    @tf.function(input_signature=[INPUT])
    def explain(self, image: Tensor) -> dict[str, Tensor]:
        """The probability [n, 1]; the map [n, h, w], whose mean is exactly the logit of the probability; the novelty
        [n, 1]. A cell above 0 speaks for pneumonia, one below 0 against it. The map shows where the score came from,
        not where a pneumonia is."""
        probability, activation_map, novelty = self._frozen(image)
        return {"probability": probability, "activation_map": activation_map, "novelty": novelty}


def freeze(network: keras.Model, calibration: Calibration, novelty: Novelty) -> PneumoniaModel:
    """Turns variables into constants, because TensorFlow's C API does not restore the variables of a Keras model inside
    a module."""
    kernel, bias = network.get_layer("logit").weights
    pooling_network = with_pooled(network)
    middle, whiten, centres = (tf.constant(x, tf.float32) for x in (novelty.middle, novelty.whiten, novelty.centres))

    def forward(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logit, features, pooled = pooling_network(tf.cast(image, tf.float32), training=False)
        # Every cell gets the whole bias, so that the mean of the cells is the logit.
        activation_map = tf.einsum("bhwc,co->bhw", features, kernel.value) + bias.value
        white = (pooled - middle) @ whiten
        distances = tf.reduce_mean(tf.square(white[:, None, :] - centres), axis=2)
        far = tf.minimum(tf.sqrt(tf.reduce_min(distances, axis=1, keepdims=True)), MAX_NOVELTY)
        return tf.sigmoid(_calibrated(logit)), _calibrated(activation_map), far

    def _calibrated(logit: Tensor) -> Tensor:
        return calibration.scale * logit + calibration.bias

    return PneumoniaModel(convert_variables_to_constants_v2(tf.function(forward).get_concrete_function(INPUT)))


def weights_digest(directory: str) -> str:
    """SHA-256 of the SavedModel's file, which holds the graph and all weights."""
    return hashlib.sha256((Path(directory) / "tf2model" / "saved_model.pb").read_bytes()).hexdigest()


@dataclass(frozen=True)
class Logged:
    model_id: str
    directory: str  # local path of the model's artifacts


def log_model(model: PneumoniaModel) -> Logged:
    """Logs the model to MLflow's active run."""
    info = mlflow.tensorflow.log_model(
        model,
        name="model",
        signature=SIGNATURE,
        # Listed here because MLflow would otherwise load the model again to infer them.
        pip_requirements=[
            f"mlflow=={mlflow.__version__}",
            f"tensorflow-cpu=={tf.__version__}",
            f"keras=={keras.__version__}",
            f"numpy=={np.__version__}",
        ],
        saved_model_kwargs={"signatures": {"serving_default": model.__call__, "explain": model.explain}},
    )
    return Logged(info.model_id, mlflow.artifacts.download_artifacts(info.model_uri))
