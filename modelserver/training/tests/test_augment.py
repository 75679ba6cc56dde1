import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from conftest import Drawing
from pneumoscope_training.augment import _compressed, augment


def altered(
    films: np.ndarray, size: int = 112, step: int = 0, strength: float = 1.0, hollow: float = 0.0
) -> np.ndarray:
    number = len(films)
    return augment(
        tf.constant(films), size, tf.fill([number], strength), tf.fill([number], hollow), tf.constant([1, step * 1000])
    ).numpy()


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    drawing = Drawing(np.random.default_rng(1))
    return np.stack([np.asarray(drawing.picture(positive=i % 2 == 0)) for i in range(8)])[..., None]


@pytest.mark.parametrize("size", [112, 160, 224])
def test_range_shape_and_type_stay(films: np.ndarray, size: int) -> None:
    for step in range(3):
        out = altered(films, size, step)
        assert out.shape == (8, size, size, 1)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= 255


def test_the_seed_alone_decides(films: np.ndarray) -> None:
    np.testing.assert_array_equal(altered(films), altered(films))
    assert np.abs(altered(films) - altered(films, step=1)).mean() > 1


def test_every_film_is_changed_in_its_own_way(films: np.ndarray) -> None:
    out = altered(np.repeat(films[:1], 8, axis=0))
    assert all(np.abs(out[0] - other).mean() > 1 for other in out[1:])


def test_films_come_back_in_their_own_places() -> None:
    """They are taken in another order inside."""
    greys = np.arange(0, 256, 16, dtype=np.uint8)
    films = np.tile(greys[:, None, None, None], (1, 224, 224, 1))
    middles = altered(films, strength=0.0)[:, 40:70, 40:70].mean((1, 2, 3))
    np.testing.assert_allclose(middles, greys, atol=12)


def test_no_strength_leaves_a_film_nearly_as_it_was(films: np.ndarray) -> None:
    assert np.abs(altered(films, size=224, strength=0.0) - films).mean() < 4
    assert np.abs(altered(films, size=224) - films).mean() > 15


def test_no_film_is_mirrored() -> None:
    """The heart is on the left; a film that is bright on its left stays so."""
    film = np.tile(np.linspace(255, 0, 224), (8, 224, 1)).astype(np.uint8)[:, :, :, None]
    for step in range(8):
        out = altered(film, step=step)[..., 0]
        assert (np.median(out[:, :, 25:50], (1, 2)) >= np.median(out[:, :, 62:87], (1, 2))).all()


def test_of_a_hollow_film_only_a_ring_is_left(films: np.ndarray) -> None:
    out = altered(films, hollow=1.0)
    middle = out[:, 30:82, 30:82, 0].reshape(len(films), -1)
    assert (np.ptp(middle, axis=1) < 1e-3).all()
    assert (np.ptp(out[:, :6, :, 0].reshape(len(films), -1), axis=1) > 1).any()


def test_compression_is_jpegs(films: np.ndarray) -> None:
    """Quality 20 is the standard table times 2.5. But for the mean of a block, which JPEG counts from middle grey."""
    data = io.BytesIO()
    Image.fromarray(films[0, :, :, 0]).save(data, format="JPEG", quality=20)
    real = np.asarray(Image.open(data), np.float32)
    x = tf.constant(np.transpose(films[:2] / 255.0, (3, 1, 2, 0)).astype(np.float32))
    ours = _compressed(x, 224, tf.constant([2.5, 2.5])).numpy()[0, :, :, 0] * 255

    def detail(difference: np.ndarray) -> float:
        blocks = difference.reshape(28, 8, 28, 8)
        return float(np.abs(blocks - blocks.mean((1, 3), keepdims=True)).mean())

    assert detail(ours - real) < 0.1 * detail(real - films[0, :, :, 0])
    assert np.abs(ours - real).mean() < 0.3 * np.abs(real - films[0, :, :, 0]).mean()
