import numpy as np
import pytest
import tensorflow as tf

from conftest import Drawing
from pneumoscope_training.augment import augment


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    drawing = Drawing(np.random.default_rng(1))
    return np.stack([np.asarray(drawing.picture(positive=i % 2 == 0)) for i in range(8)])[..., None]


@pytest.mark.parametrize("size", [112, 224])
def test_range_shape_and_type_stay(films: np.ndarray, size: int) -> None:
    for step in range(5):
        out = augment(tf.constant(films), size, tf.constant(1.0), tf.constant([1, step * 1000])).numpy()
        assert out.shape == (8, size, size, 1)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= 255


def test_the_seed_alone_decides(films: np.ndarray) -> None:
    first, again, other = (
        augment(tf.constant(films), 112, tf.constant(1.0), tf.constant([1, seed])).numpy() for seed in (0, 0, 1000)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 1


def test_every_film_is_changed_in_its_own_way(films: np.ndarray) -> None:
    same = np.repeat(films[:1], 8, axis=0)
    out = augment(tf.constant(same), 112, tf.constant(1.0), tf.constant([1, 0])).numpy()
    assert all(np.abs(out[0] - other).mean() > 1 for other in out[1:])


def test_no_film_is_mirrored() -> None:
    """The heart is on the left; a film that is bright on its left stays so."""
    film = np.tile(np.linspace(255, 0, 224), (224, 1)).astype(np.uint8)[None, :, :, None]
    for step in range(30):
        out = augment(tf.constant(film), 112, tf.constant(1.0), tf.constant([1, step * 1000])).numpy()[0, :, :, 0]
        assert out[:, 20:50].mean() > out[:, 62:92].mean()
