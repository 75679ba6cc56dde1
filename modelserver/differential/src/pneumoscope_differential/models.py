"""Writes the models of the catalogue as MLflow model directories, with MLflow and TensorFlow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import tensorflow as tf
from mlflow import pyfunc
from mlflow.models import Model as MLmodel
from mlflow.models import ModelSignature
from mlflow.types import DataType, ParamSchema, ParamSpec, Schema, TensorSpec

from .catalogue import Input, Model

# Given explicitly, so that MLflow does not load each model to find them.
REQUIREMENTS = [f"mlflow=={mlflow.__version__}", f"tensorflow-cpu=={tf.__version__}"]


def write(model: Model, folder: Path) -> None:
    if model.legacy:
        _write_legacy(model, folder)
    else:
        _write_module(model, folder)


def _sum_max_mean(x: Any) -> Any:
    x = tf.cast(x, tf.float32)
    axes = list(range(1, x.shape.rank))
    return tf.stack([tf.reduce_sum(x, axes), tf.reduce_max(x, axes), tf.reduce_mean(x, axes)], axis=1)


def _words(x: Any) -> Any:
    return tf.strings.as_string(tf.reduce_sum(x, 1)) + " " + "long enough for a second line of base64 " * 2


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "identity": tf.identity,
    "sum_max_mean": _sum_max_mean,
    "words": _words,
    "total": tf.reduce_sum,
    "over_zero": lambda x: x / tf.zeros_like(x),
    "as_dict": lambda x: {"out": tf.identity(x)},
    "explained": _sum_max_mean,
}


def _tensor_spec(given: Input, name: str) -> Any:
    return tf.TensorSpec([None if n == -1 else n for n in given.shape], tf.as_dtype(given.dtype), name=name)


def _signature(model: Model) -> Any:
    if not model.signature:
        return None
    inputs = Schema([TensorSpec(np.dtype(i.dtype), i.shape, name=i.name or None) for i in model.inputs])
    params = [
        ParamSpec(p.name, getattr(DataType, p.type), _default(p.type, p.default), (-1,) if p.is_list else None)
        for p in model.params
    ]
    return ModelSignature(inputs=inputs, params=ParamSchema(params) if params else None)


def _default(kind: str, value: object) -> object:
    return np.datetime64(str(value)) if kind == "datetime" else value


def _write_module(model: Model, folder: Path) -> None:
    given = model.inputs[0]
    function = FUNCTIONS[model.function]

    class Module(tf.Module):
        @tf.function(input_signature=[_tensor_spec(given, given.name or "x")])
        def __call__(self, x: Any) -> Any:
            return function(x)

        @tf.function(input_signature=[_tensor_spec(given, given.name or "x")])
        def explain(self, x: Any) -> Any:
            return {"map": tf.cast(x, tf.float32), "score": function(x)}

    module = Module()
    signatures = {"serving_default": module.__call__}
    if model.function == "explained":
        signatures["explain"] = module.explain
    mlflow.tensorflow.save_model(
        module,
        str(folder),
        signature=_signature(model),
        pip_requirements=REQUIREMENTS,
        saved_model_kwargs={"signatures": signatures},
    )


def _write_legacy(model: Model, folder: Path) -> None:
    """Writes a model in the form from before MLflow 2, which MLflow still loads but no longer writes."""

    @tf.function
    def serve(**values: Any) -> Any:
        rows = tf.shape(values[model.inputs[0].name])[0]
        outputs = {f"out_{name}": tf.identity(value) for name, value in values.items()}
        return {**outputs, "count": tf.fill([rows, 1], tf.constant(2, tf.int64)), "word": tf.fill([rows], "film")}

    concrete = serve.get_concrete_function(**{i.name: _tensor_spec(i, i.name) for i in model.inputs})
    module = tf.Module()
    module.serve = serve
    folder.mkdir(parents=True)
    tf.saved_model.save(module, str(folder / "tf2model"), signatures={"serving_default": concrete})
    meta = MLmodel(signature=_signature(model))
    meta.add_flavor(
        "tensorflow",
        code=None,
        saved_model_dir="tf2model",
        model_type="tf1-estimator",
        meta_graph_tags=["serve"],
        signature_def_key="serving_default",
    )
    pyfunc.add_to_model(meta, loader_module="mlflow.tensorflow", conda_env="conda.yaml", python_env="python_env.yaml")
    meta.save(str(folder / "MLmodel"))
