from pathlib import Path

import mlflow
import numpy as np
import pytest
import tensorflow as tf

from pneumoscope_training.calibrate import sigmoid
from pneumoscope_training.export import SIGNATURE, freeze, load_signatures, log_model
from pneumoscope_training.golden import drawn_films, golden
from pneumoscope_training.network import build_network

TEMPERATURE = 1.7


@pytest.fixture(scope="module")
def network():
    tf.random.set_seed(1)
    network = build_network(dropout=0.2)
    network.get_layer("logit").bias.assign([0.3])
    return network


@pytest.fixture(scope="module")
def model_directory(network, tmp_path_factory: pytest.TempPathFactory) -> str:
    mlflow.set_tracking_uri(str(tmp_path_factory.mktemp("store") / "mlruns"))
    mlflow.set_experiment("export")
    with mlflow.start_run():
        return log_model(freeze(network, TEMPERATURE)).directory


def test_the_network_has_the_size_it_is_known_for(network) -> None:
    assert 390_000 < network.count_params() < 410_000


def test_the_export_answers_as_the_network_after_the_temperature(network, model_directory: str) -> None:
    films = drawn_films()
    expected = sigmoid(network(films.astype(np.float32), training=False)[0].numpy() / TEMPERATURE)
    answer = load_signatures(model_directory)["serving_default"](image=films)
    assert list(answer) == ["output_0"]
    np.testing.assert_allclose(answer["output_0"].numpy(), expected, atol=1e-5)


def test_the_mean_of_the_map_is_the_logit(model_directory: str) -> None:
    answer = load_signatures(model_directory)["explain"](image=drawn_films())
    assert answer["activation_map"].shape == (4, 14, 14)
    means = answer["activation_map"].numpy().mean((1, 2))
    np.testing.assert_allclose(sigmoid(means), answer["probability"].numpy()[:, 0], atol=1e-5)


def test_mlflow_and_the_signatures_agree(model_directory: str) -> None:
    films = drawn_films()
    signatures = load_signatures(model_directory)
    loaded = mlflow.pyfunc.load_model(model_directory)
    assert loaded.metadata.signature == SIGNATURE
    served = loaded.predict(films)
    np.testing.assert_array_equal(served, signatures["serving_default"](image=films)["output_0"].numpy())
    np.testing.assert_array_equal(served, signatures["explain"](image=films)["probability"].numpy())
    for signature in signatures.values():
        (image,) = signature.structured_input_signature[1].values()
        spec = SIGNATURE.inputs.inputs[0]
        assert (image.name, image.dtype.as_numpy_dtype) == ("image", spec.type)
        assert tuple(-1 if size is None else size for size in image.shape) == spec.shape


def test_frozen_means_no_variables(model_directory: str) -> None:
    """TensorFlow's C API does not restore those of a Keras model."""
    loaded = tf.saved_model.load(str(Path(model_directory) / "tf2model"))
    assert not [v for signature in loaded.signatures.values() for v in signature.variables]


def test_golden_answers_are_of_drawn_pictures_and_repeat(model_directory: str) -> None:
    explain = load_signatures(model_directory)["explain"]
    first = golden(explain)
    assert first["inputs"]["shape"] == [4, 224, 224, 1]
    assert {name: output["shape"] for name, output in first["outputs"].items()} == {
        "activation_map": [4, 14, 14],
        "probability": [4, 1],
    }
    assert golden(explain) == first
