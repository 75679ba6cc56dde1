"""Tests with an older model: its card has no three-way answer, and the model has no novelty."""

import json
from pathlib import Path

import pytest
import tensorflow as tf

from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.judge.activation_map import check_maps
from pneumoscope_training.judge.evaluation import evaluate
from pneumoscope_training.judge.logged_model import Model, open_model
from pneumoscope_training.judge.terminal_tables import answers_table

IMAGE = tf.TensorSpec([None, FILM_SIZE, FILM_SIZE, 1], tf.uint8, name="image")


class Older(tf.Module):
    """A model with a map of 7x7 cells and without a novelty."""

    @tf.function(input_signature=[IMAGE])
    def serve(self, image):
        return {"output_0": tf.reduce_mean(tf.cast(image, tf.float32), [1, 2]) / 255.0}

    @tf.function(input_signature=[IMAGE])
    def explain(self, image):
        grey = tf.cast(image, tf.float32) / 255.0
        cells = tf.reduce_mean(tf.reshape(grey, [-1, 7, FILM_SIZE // 7, 7, FILM_SIZE // 7]), [2, 4])
        return {"probability": tf.reduce_mean(grey, [1, 2]), "activation_map": cells}


@pytest.fixture
def older(tmp_path: Path) -> Model:
    bundle, module = tmp_path / "bundle", Older()
    signatures = {"serving_default": module.serve, "explain": module.explain}
    tf.saved_model.save(module, str(bundle / "tf2model"), signatures=signatures)
    (bundle / "MLmodel").write_text("model_id: m-older\n")
    (bundle / "card.json").write_text(json.dumps({"operating_points": [{"name": "balanced", "threshold": 0.5}]}))
    return open_model(tmp_path / "mlruns", str(bundle))


def test_a_model_without_a_three_way_answer_and_a_novelty_is_evaluated(older: Model, drawn_data: Path) -> None:
    found = evaluate(older, drawn_data, None, "val")
    assert found.figures["sources"]["kermany"]["points"]["balanced"]["threshold"] == 0.5
    assert found.figures["three_way"] is None
    assert found.figures["novelty"] is None
    assert answers_table(found.figures) == ""
    assert check_maps(older, found.films[:8], found.pixels[:8])["cells"] == [7, 7]
