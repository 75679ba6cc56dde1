from pathlib import Path

import numpy as np
import pytest

from pneumoscope_training.config import Recipe
from pneumoscope_training.films import read_collection
from pneumoscope_training.train import train


def test_stages_end_at_the_serving_size() -> None:
    recipe = Recipe(steps=100)
    assert [recipe.size_at(step) for step in (0, 24, 25, 59, 60, 99)] == [112, 112, 160, 160, 224, 224]


def test_a_resumed_run_repeats_an_unbroken_one(drawn_data: Path, tmp_path: Path) -> None:
    recipe = Recipe(steps=4, films=8, stages=((64, 1.0),))
    films = read_collection(drawn_data).train
    unbroken = train(recipe, drawn_data, films)

    checkpoint = tmp_path / "checkpoint.npz"
    train(recipe, drawn_data, films, checkpoint=checkpoint, until=2)
    resumed = train(recipe, drawn_data, films, checkpoint=checkpoint)

    assert len(resumed.losses) == 4
    assert resumed.losses == pytest.approx(unbroken.losses, rel=1e-3)
    for a, b in zip(resumed.network.weights, unbroken.network.weights, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-2, atol=1e-3)
