import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from pneumoscope_training import answers
from pneumoscope_training.evaluation import evaluate
from pneumoscope_training.films import Film
from pneumoscope_training.maps import check_maps
from pneumoscope_training.scoring import Model, open_model
from pneumoscope_training.summary import answers_table

CARD = {
    "operating_points": [{"name": "balanced", "threshold": 0.5}],
    "three_way": {
        "nominal": 0.98,
        "normal_below": 0.3,
        "pneumonia_above": 0.6,
        "fitted_on": "some films",
        "measured": {"kermany": {"pneumonia": 0.97, "normal": 0.96, "unsure": 0.1}},
    },
    "novelty": {"name": "novelty", "threshold": 1.5},
}
IMAGE = tf.TensorSpec([None, 224, 224, 1], tf.uint8, name="image")


class Older(tf.Module):
    """A bundle as they were before: a map of 7x7 cells, and no novelty."""

    @tf.function(input_signature=[IMAGE])
    def serve(self, image):
        return {"output_0": tf.reduce_mean(tf.cast(image, tf.float32), [1, 2]) / 255.0}

    @tf.function(input_signature=[IMAGE])
    def explain(self, image):
        grey = tf.cast(image, tf.float32) / 255.0
        cells = tf.reduce_mean(tf.reshape(grey, [-1, 7, 32, 7, 32]), [2, 4])
        return {"probability": tf.reduce_mean(grey, [1, 2]), "activation_map": cells}


@pytest.fixture
def older(tmp_path: Path) -> Model:
    bundle, module = tmp_path / "bundle", Older()
    signatures = {"serving_default": module.serve, "explain": module.explain}
    tf.saved_model.save(module, str(bundle / "tf2model"), signatures=signatures)
    (bundle / "MLmodel").write_text("model_id: m-older\n")
    (bundle / "card.json").write_text(json.dumps({"operating_points": CARD["operating_points"]}))
    return open_model(tmp_path / "mlruns", str(bundle))


def test_a_bundle_from_before_the_new_answers_is_judged_all_the_same(older: Model, drawn_data: Path) -> None:
    found = evaluate(older, drawn_data, None, "val")
    assert found.figures["sources"]["kermany"]["points"]["balanced"]["threshold"] == 0.5
    assert (found.figures["three_way"], found.figures["novelty"]) == (None, None)
    assert answers_table(found.figures) == ""
    assert check_maps(older, found.films[:8], found.pixels[:8])["cells"] == [7, 7]


def test_films_that_get_the_wrong_answer_of_three_are_counted(film: Callable[..., Film]) -> None:
    films = [film(label="PNEUMONIA")] * 4 + [film()] * 4 + [film(source="rsna")] * 2
    probability = np.array([0.29, 0.3, 0.6, 0.9, 0.1, 0.5, 0.6, 0.61, 0.61, 0.2])
    found = answers.three_way(CARD, films, probability)
    assert found
    kermany, rsna = found["sources"]["kermany"], found["sources"]["rsna"]
    assert (kermany["pneumonia"], kermany["normal"], kermany["unsure"]) == (0.75, 0.75, 0.5)
    assert kermany["by_the_card"]["pneumonia"] == 0.97
    assert (rsna["pneumonia"], rsna["normal"], rsna["by_the_card"]) == (None, 0.5, None)


def test_films_unlike_the_training_films_are_counted(film: Callable[..., Film]) -> None:
    films = [film()] * 4 + [film(source="rsna")] * 2
    found = answers.novelty(CARD, films, np.array([1.0, 1.5, 1.6, 9.0, 1.0, 1.2]))
    assert found
    assert {source: f["above"] for source, f in found["sources"].items()} == {"kermany": 0.5, "rsna": 0}
