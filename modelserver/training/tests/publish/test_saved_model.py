from pathlib import Path

import mlflow
import numpy as np
import pytest
import tensorflow as tf

from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.judge.calibration import Calibration, sigmoid
from pneumoscope_training.judge.logged_model import load_signatures
from pneumoscope_training.judge.novelty import Novelty
from pneumoscope_training.publish.golden import drawn_films, golden
from pneumoscope_training.publish.saved_model import SIGNATURE, freeze, log_model, weights_digest
from pneumoscope_training.train.network import build_network, with_pooled

CALIBRATION = Calibration(scale=0.6, bias=-0.2)


@pytest.fixture(scope="module")
def network():
    tf.random.set_seed(1)
    network = build_network(dropout=0.2)
    network.get_layer("logit").bias.assign([0.3])
    return network


@pytest.fixture(scope="module")
def novelty() -> Novelty:
    random = np.random.default_rng(4)
    return Novelty(random.random(384) / 10, random.normal(size=(384, 384)) / 20, random.normal(size=(3, 384)))


@pytest.fixture(scope="module")
def model_directory(network, novelty: Novelty, tmp_path_factory: pytest.TempPathFactory) -> str:
    mlflow.set_tracking_uri(str(tmp_path_factory.mktemp("store") / "mlruns"))
    mlflow.set_experiment("export")
    with mlflow.start_run():
        return log_model(freeze(network, CALIBRATION, novelty)).directory


def test_the_network_has_the_documented_number_of_parameters(network) -> None:
    assert 390_000 < network.count_params() < 410_000


def test_the_export_gives_the_networks_calibrated_probabilities(network, model_directory: str) -> None:
    films = drawn_films()
    expected = sigmoid(CALIBRATION(network(films.astype(np.float32), training=False)[0].numpy()))
    answer = load_signatures(model_directory)["serving_default"](image=films)
    assert list(answer) == ["output_0"]
    np.testing.assert_allclose(answer["output_0"].numpy(), expected, atol=1e-5)


def test_the_mean_of_the_map_is_the_logit(model_directory: str) -> None:
    answer = load_signatures(model_directory)["explain"](image=drawn_films())
    assert answer["activation_map"].shape == (4, 14, 14)
    means = answer["activation_map"].numpy().mean((1, 2))
    np.testing.assert_allclose(sigmoid(means), answer["probability"].numpy()[:, 0], atol=1e-5)


def test_the_graph_computes_the_fitted_novelty(network, novelty: Novelty, model_directory: str) -> None:
    films = drawn_films()
    pooled = with_pooled(network)(films.astype(np.float32), training=False)[2].numpy()
    answer = load_signatures(model_directory)["explain"](image=films)["novelty"].numpy()
    np.testing.assert_allclose(answer[:, 0], novelty.of(pooled), rtol=1e-4)


def test_the_digest_of_the_weights_covers_the_served_file(model_directory: str) -> None:
    first = weights_digest(model_directory)
    assert len(first) == 64
    file = Path(model_directory) / "tf2model" / "saved_model.pb"
    content = file.read_bytes()
    try:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert weights_digest(model_directory) != first
    finally:
        file.write_bytes(content)


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


def test_the_export_has_no_variables(model_directory: str) -> None:
    """TensorFlow's C API does not restore the variables of a Keras model."""
    loaded = tf.saved_model.load(str(Path(model_directory) / "tf2model"))
    assert not [v for signature in loaded.signatures.values() for v in signature.variables]


def test_golden_answers_are_for_drawn_pictures_and_repeatable(model_directory: str) -> None:
    explain = load_signatures(model_directory)["explain"]
    first = golden(explain)
    assert first["inputs"]["shape"] == [4, FILM_SIZE, FILM_SIZE, 1]
    assert {name: output["shape"] for name, output in first["outputs"].items()} == {
        "activation_map": [4, 14, 14],
        "novelty": [4, 1],
        "probability": [4, 1],
    }
    assert golden(explain) == first
