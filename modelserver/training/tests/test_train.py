from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pneumoscope_training.config import Config
from pneumoscope_training.films import read_collection, read_pixels
from pneumoscope_training.train import train


def test_stages_end_at_the_serving_size() -> None:
    config = Config(Path(), Path(), Path(), steps=100)
    assert [config.size_at(step) for step in (0, 44, 45, 74, 75, 99)] == [112, 112, 160, 160, 224, 224]


def test_a_resumed_run_repeats_an_unbroken_one(drawn_data: Path, tmp_path: Path) -> None:
    # A constant recipe, so that a run of two steps is the first half of a run of four.
    config = Config(
        drawn_data,
        tmp_path,
        tmp_path,
        steps=4,
        batch=8,
        stages=((64, 1.0),),
        full_augmentation=1.0,
        late_augmentation=1.0,
        final_learning_rate=1.0,
    )
    films = read_collection(drawn_data).train
    pixels = read_pixels(drawn_data, films)
    unbroken = train(config, films, pixels)

    checkpoint = tmp_path / "checkpoint.npz"
    train(replace(config, steps=2), films, pixels, checkpoint)
    resumed = train(config, films, pixels, checkpoint)

    assert len(resumed.losses) == 4
    assert resumed.losses == pytest.approx(unbroken.losses, rel=1e-3)
    for a, b in zip(resumed.network.weights, unbroken.network.weights, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-2, atol=1e-3)
