import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from conftest import Drawing
from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.train.augmentation import _compressed, augment


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


@pytest.mark.parametrize("size", [112, 160, FILM_SIZE])
def test_range_shape_and_type_are_kept(films: np.ndarray, size: int) -> None:
    for step in range(3):
        out = altered(films, size, step)
        assert out.shape == (8, size, size, 1)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= 255


def test_the_result_depends_on_the_seed_alone(films: np.ndarray) -> None:
    np.testing.assert_array_equal(altered(films), altered(films))
    assert np.abs(altered(films) - altered(films, step=1)).mean() > 1


def test_every_film_is_changed_in_its_own_way(films: np.ndarray) -> None:
    out = altered(np.repeat(films[:1], 8, axis=0))
    assert all(np.abs(out[0] - other).mean() > 1 for other in out[1:])


def test_films_keep_their_order() -> None:
    """`augment` shuffles the films and must restore their order."""
    greys = np.arange(0, 256, 16, dtype=np.uint8)
    films = np.tile(greys[:, None, None, None], (1, FILM_SIZE, FILM_SIZE, 1))
    middles = altered(films, strength=0.0)[:, 40:70, 40:70].mean((1, 2, 3))
    np.testing.assert_allclose(middles, greys, atol=12)


def test_at_strength_zero_a_film_hardly_changes(films: np.ndarray) -> None:
    assert np.abs(altered(films, size=FILM_SIZE, strength=0.0) - films).mean() < 4
    assert np.abs(altered(films, size=FILM_SIZE) - films).mean() > 15


def test_no_film_is_mirrored() -> None:
    """The heart is on the left: a film that is bright on the left stays bright on the left."""
    film = np.tile(np.linspace(255, 0, FILM_SIZE), (8, FILM_SIZE, 1)).astype(np.uint8)[:, :, :, None]
    for step in range(8):
        out = altered(film, step=step)[..., 0]
        assert (np.median(out[:, :, 25:50], (1, 2)) >= np.median(out[:, :, 62:87], (1, 2))).all()


def test_a_hollow_film_keeps_only_a_ring(films: np.ndarray) -> None:
    out = altered(films, hollow=1.0)
    middle = out[:, 30:82, 30:82, 0].reshape(len(films), -1)
    assert (np.ptp(middle, axis=1) < 1e-3).all()
    assert (np.ptp(out[:, :6, :, 0].reshape(len(films), -1), axis=1) > 1).any()


def test_compression_is_like_jpeg(films: np.ndarray) -> None:
    """Quality 20 is the standard table times 2.5. Block means differ, because JPEG subtracts middle grey first."""
    data = io.BytesIO()
    Image.fromarray(films[0, :, :, 0]).save(data, format="JPEG", quality=20)
    real = np.asarray(Image.open(data), np.float32)
    x = tf.constant(np.transpose(films[:2] / 255.0, (3, 1, 2, 0)).astype(np.float32))
    ours = _compressed(x, FILM_SIZE, tf.constant([2.5, 2.5])).numpy()[0, :, :, 0] * 255

    def detail(difference: np.ndarray) -> float:
        blocks = difference.reshape(FILM_SIZE // 8, 8, FILM_SIZE // 8, 8)
        return float(np.abs(blocks - blocks.mean((1, 3), keepdims=True)).mean())

    assert detail(ours - real) < 0.1 * detail(real - films[0, :, :, 0])
    assert np.abs(ours - real).mean() < 0.3 * np.abs(real - films[0, :, :, 0]).mean()
