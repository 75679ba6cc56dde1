import numpy as np
import pytest
import tensorflow as tf

from conftest import Drawing
from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.train.network import MixStyles, StandardiseFilm


@pytest.fixture
def film() -> np.ndarray:
    return np.asarray(Drawing(np.random.default_rng(1)).picture(positive=True), np.float32)[None, :, :, None]


@pytest.mark.parametrize("grey", [0.0, 128.0, 255.0])
def test_a_frame_does_not_change_the_middle(film: np.ndarray, grey: float) -> None:
    framed = film.copy()
    edge = FILM_SIZE // 10
    for side in (np.s_[:, :edge], np.s_[:, -edge:], np.s_[:, :, :edge], np.s_[:, :, -edge:]):
        framed[side] = grey
    standardise = StandardiseFilm()
    inside = np.s_[:, edge:-edge, edge:-edge]
    np.testing.assert_allclose(standardise(framed).numpy()[inside], standardise(film).numpy()[inside], atol=1e-5)


def test_contrast_and_brightness_are_removed(film: np.ndarray) -> None:
    standardise = StandardiseFilm()
    assert np.abs(standardise(0.5 * film + 40).numpy() - standardise(film).numpy()).mean() < 0.12


def test_a_blank_film_stays_blank() -> None:
    assert np.abs(StandardiseFilm()(np.full((1, 112, 112, 1), 90.0, np.float32)).numpy()).max() < 1e-3


def test_styles_are_mixed_only_in_training() -> None:
    tf.random.set_seed(1)
    x = tf.random.normal((16, 5, 5, 3)) * tf.reshape(tf.range(1.0, 17.0), (16, 1, 1, 1))
    mix = MixStyles(share=1.0)
    np.testing.assert_array_equal(mix(x, training=False), x)
    mixed = mix(x, training=True).numpy()
    assert np.abs(mixed - x).mean() > 0.1
    # The layout stays: each film's map changes only in scale and offset.
    before, after = x.numpy()[:, :, :, 0].reshape(16, -1), mixed[:, :, :, 0].reshape(16, -1)
    assert all(np.corrcoef(a, b)[0, 1] > 0.999 for a, b in zip(before, after, strict=True))
