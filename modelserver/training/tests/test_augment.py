import numpy as np
import pytest
import tensorflow as tf

from conftest import Drawing
from pneumoscope_training.augment import augment


def altered(films: np.ndarray, size: int, seed: int, hollow: float = 0.0) -> np.ndarray:
    number = len(films)
    strength, hollows = tf.fill([number], 1.0), tf.fill([number], hollow)
    return augment(tf.constant(films), size, strength, hollows, tf.constant([1, seed])).numpy()


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    drawing = Drawing(np.random.default_rng(1))
    return np.stack([np.asarray(drawing.picture(positive=i % 2 == 0)) for i in range(8)])[..., None]


@pytest.mark.parametrize("size", [112, 224])
def test_range_shape_and_type_stay(films: np.ndarray, size: int) -> None:
    for step in range(5):
        out = altered(films, size, step * 1000)
        assert out.shape == (8, size, size, 1)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= 255


def test_the_seed_alone_decides(films: np.ndarray) -> None:
    first, again, other = (altered(films, 112, seed) for seed in (0, 0, 1000))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 1


def test_every_film_is_changed_in_its_own_way(films: np.ndarray) -> None:
    same = np.repeat(films[:1], 8, axis=0)
    out = altered(same, 112, 0)
    assert all(np.abs(out[0] - other).mean() > 1 for other in out[1:])


def test_no_film_is_mirrored() -> None:
    """The heart is on the left; a film that is bright on its left stays so."""
    film = np.tile(np.linspace(255, 0, 224), (224, 1)).astype(np.uint8)[None, :, :, None]
    brighter_on_the_left = [
        out[:, 20:50].mean() > out[:, 62:92].mean()
        for step in range(5)
        for out in altered(np.repeat(film, 8, axis=0), 112, step * 1000)[..., 0]
    ]
    # A mark over one side now and then makes it the brighter one; a mirror would make it so every other time.
    assert np.mean(brighter_on_the_left) > 0.9


def test_of_a_hollow_film_the_middle_is_gone(films: np.ndarray) -> None:
    out = altered(films, 112, 0, hollow=1.0)[..., 0]
    middle = out[:, 40:72, 40:72].reshape(len(films), -1)
    assert (middle.std(axis=1) == 0).all()
    assert (out.reshape(len(films), -1).std(axis=1) > 1).all()
