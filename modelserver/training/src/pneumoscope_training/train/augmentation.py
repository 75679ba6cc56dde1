"""Augmentation inside the TensorFlow graph: films as other machines, radiographers and software would have made them.

Films are never mirrored, because the heart is on the left. Framing is varied most, because it changes a network's
threshold most.

After the change of geometry the films are the channels of one image, [1, size, size, films]: pooling and resizing then
run over many channels instead of one, and a random number per film is a vector.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from ..config import FILM_SIZE

Tensor = Any

# The JPEG standard's luminance table, at quality 50.
JPEG_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
DRAWS_PER_STEP = 1000  # more seeds than one step uses, so that no two steps share a draw


class Draws:
    """Random numbers that depend on the seed alone, so that a resumed run repeats an uninterrupted one."""

    def __init__(self, seed: Tensor, films: Tensor):
        self.seed = seed  # [2], int32
        self.films = films
        self.count = 0

    def _next_seed(self) -> Tensor:
        self.count += 1
        return self.seed + tf.constant([0, self.count])

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """One number per film, [films]."""
        return tf.random.stateless_uniform([self.films], self._next_seed(), low, high)

    def chance(self, probability: float | Tensor) -> Tensor:
        """1 for some films, 0 for the others."""
        return tf.cast(self.uniform() < probability, tf.float32)

    def numbers(self, shape: Any) -> Tensor:
        return tf.random.stateless_uniform(shape, self._next_seed())

    def noise(self, shape: Any) -> Tensor:
        return tf.random.stateless_normal(shape, self._next_seed())

    def grey(self) -> Tensor:
        """The grey of areas that software has filled: mostly black, sometimes white or any grey."""
        kind = self.uniform()
        return tf.where(kind < 0.55, 0.0, tf.where(kind < 0.7, 1.0, self.uniform()))

    def order(self) -> Tensor:
        return tf.argsort(self.uniform())


def augment(films: Tensor, size: int, strength: Tensor, hollow: Tensor, seed: Tensor) -> Tensor:
    """Turns uint8 films [n, FILM_SIZE, FILM_SIZE, 1] into float32 films [n, size, size, 1], still from 0 to 255.

    Strength, from 0 to 1 for each film, limits its changes. A hollow film (1 instead of 0) keeps only a ring along its
    border.
    """
    draws = Draws(seed, tf.shape(films)[0])
    # Some changes apply to a slice of the films, so the films are shuffled first.
    order = draws.order()
    strength, hollow = tf.gather(strength, order), tf.gather(hollow, order)
    x = tf.cast(tf.gather(films, order), tf.float32) / 255.0
    x = _move(x, size, strength, draws)
    x = tf.transpose(x, [3, 1, 2, 0])
    x = _expose(x, strength, draws)
    x = _resample(x, size, strength, draws)
    x = tf.clip_by_value(x, 0.0, 1.0)
    x = _cover(x, size, strength, hollow, draws)
    x = tf.gather(tf.transpose(x, [3, 1, 2, 0]), tf.math.invert_permutation(order))
    return tf.ensure_shape(x * 255.0, [None, size, size, 1])


def _move(x: Tensor, size: int, strength: Tensor, draws: Draws) -> Tensor:
    """Rotation by up to 12 degrees, zoom by up to 28 %, aspect, shear, shift, and the change of size."""

    def between(limit: float) -> Tensor:
        return draws.uniform(-limit, limit) * strength

    side = FILM_SIZE
    if size * 2 <= FILM_SIZE:  # without pooling, half of the pixels would be skipped and the rest would be noisier
        x, side = tf.nn.avg_pool2d(x, 2, 2, "VALID"), FILM_SIZE // 2
    angle, zoom, half_aspect, shear = between(0.21), tf.exp(between(0.25)), tf.exp(between(0.155)), between(0.06)
    shift_x, shift_y = between(0.07) * side, between(0.07) * side
    scale_x, scale_y = zoom * half_aspect, zoom / half_aspect
    scale = (side - 1) / (size - 1)  # a pixel of the result, in pixels of the film
    a = tf.cos(angle) * scale_x * scale
    b = (shear - tf.sin(angle) * scale_y) * scale
    c = tf.sin(angle) * scale_x * scale
    d = tf.cos(angle) * scale_y * scale
    centre_in, centre_out = (side - 1) / 2, (size - 1) / 2
    e = centre_in + shift_x - (a + b) * centre_out
    f = centre_in + shift_y - (c + d) * centre_out
    zero = tf.zeros_like(a)
    around = draws.grey()[:, None, None, None]
    return around + tf.raw_ops.ImageProjectiveTransformV3(
        images=x - around,
        transforms=tf.stack([a, b, e, c, d, f, zero, zero], axis=1),
        output_shape=[size, size],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def _expose(x: Tensor, strength: Tensor, draws: Draws) -> Tensor:
    """Gamma, an S-shaped tone curve, contrast, brightness, and a shade that varies slowly over the film."""
    x = tf.clip_by_value(x, 1e-4, 1.0)
    x = tf.exp(tf.math.log(x) * tf.exp(draws.uniform(-0.5, 0.5) * strength))
    curve = draws.uniform(-0.8, 0.8) * strength
    x += curve * x * (1.0 - x) * (2.0 * x - 1.0)
    contrast = 1.0 + draws.uniform(-0.35, 0.35) * strength
    offset = 0.5 - 0.5 * contrast + draws.uniform(-0.15, 0.15) * strength
    shade = draws.noise([1, 3, 3, draws.films]) * (0.05 * strength) + offset
    return x * contrast + tf.image.resize(shade, x.shape[1:3])


def _resample(x: Tensor, size: int, strength: Tensor, draws: Draws) -> Tensor:
    """Blur or sharpening, a reduction to half the resolution, noise, JPEG blocks: fine detail depends on the hospital
    and its file format, so the network must not rely on it."""
    eighth = tf.maximum(draws.films // 8, 1)

    def some(start: int, end: int) -> Any:
        return slice(start * eighth, end * eighth if end < 8 else draws.films)

    def change(part: Any, altered: Tensor) -> Tensor:
        return tf.concat([x[..., : part.start], altered, x[..., part.stop :]], axis=3)

    part = some(0, 4)
    y = x[..., part]
    blurred = tf.nn.avg_pool2d(tf.nn.avg_pool2d(y, 3, 1, "SAME"), 3, 1, "SAME")
    x = change(part, y + (draws.uniform(-0.6, 1.0) * strength)[part] * (blurred - y))

    part = some(2, 5)
    y = x[..., part]
    halved = tf.image.resize(tf.nn.avg_pool2d(y, 2, 2, "SAME"), [size, size])
    x = change(part, y + (draws.uniform(0.3, 1.3) * tf.sqrt(strength))[part] * (halved - y))

    part = some(4, 8)
    y = x[..., part]
    x = change(part, y + (draws.uniform(0.0, 0.05) * strength)[part] * draws.noise(tf.shape(y)))

    part = some(5, 7)
    coarseness = tf.exp(draws.uniform(-1.0, 1.3)) * tf.sqrt(strength)
    return change(part, _compressed(x[..., part], size, coarseness[part]))


def _compressed(x: Tensor, size: int, coarseness: Tensor) -> Tensor:
    """Films after JPEG compression with the standard table times the coarseness (2.5 is quality 20)."""
    n, k = np.meshgrid(np.arange(8), np.arange(8))
    cosines = tf.constant((np.cos((2 * n + 1) * k * np.pi / 16) * np.where(k, 0.5, np.sqrt(0.125))).astype(np.float32))
    blocks, films = size // 8, tf.shape(x)[3]
    table = tf.constant(JPEG_TABLE / 255.0)[None, :, None, :, None] * tf.maximum(coarseness, 0.02)

    def along_rows(matrix: Tensor, y: Tensor) -> Tensor:  # along the columns of blocks
        return tf.reshape(matrix @ tf.reshape(y, [blocks, 8, size * films]), [blocks, 8, blocks, 8, films])

    def along_columns(matrix: Tensor, y: Tensor) -> Tensor:
        return tf.reshape(matrix @ tf.reshape(y, [size * blocks, 8, films]), [blocks, 8, blocks, 8, films])

    y = along_columns(cosines, along_rows(cosines, x))
    y = tf.round(y / table) * table
    y = along_rows(tf.transpose(cosines), along_columns(tf.transpose(cosines), y))
    return tf.reshape(y, [1, size, size, films])


def _cover(x: Tensor, size: int, strength: Tensor, hollow: Tensor, draws: Draws) -> Tensor:
    """Two patches near the border, where markers are burnt in, one of them like text; a patch further in; and a frame
    or bars on some sides."""
    position = (tf.range(size, dtype=tf.float32) + 0.5)[:, None] / size

    def within(centre: Tensor, half: Tensor) -> Tensor:  # [size, films]
        return tf.cast(tf.abs(position - centre) < half, tf.float32)

    def fill(x: Tensor, rows: Tensor, columns: Tensor, value: Tensor) -> Tensor:
        return x + rows[None, :, None, :] * columns[None, None, :, :] * (value - x)

    def text() -> Tensor:
        """Bright strokes on a dark background: coarse noise in lines."""
        coarse = (size + 2) // 3
        strokes = tf.cast(draws.numbers([1, coarse, coarse // 2 + 1, draws.films]) < 0.45, tf.float32)
        strokes = tf.repeat(tf.repeat(strokes, 3, axis=1), 6, axis=2)[:, :size, :size]
        return strokes * draws.uniform(0.4, 1.0)

    for with_text in (True, False):
        near_edge, along = draws.uniform(0.0, 0.16), draws.uniform()
        near_edge = tf.where(draws.uniform() < 0.5, near_edge, 1.0 - near_edge)
        upright = draws.uniform() < 0.5
        rows = within(tf.where(upright, along, near_edge), draws.uniform(0.02, 0.12))
        columns = within(tf.where(upright, near_edge, along), draws.uniform(0.03, 0.14))
        rows *= draws.chance(0.5 * tf.sqrt(strength))
        x = fill(x, rows, columns, text() if with_text else draws.grey())

    ring = draws.uniform(0.06, 0.25)
    shown = tf.maximum(draws.chance(0.3 * strength), hollow)

    def middle() -> Tensor:
        elsewhere = within(draws.uniform(0.2, 0.8), draws.uniform(0.04, 0.11))
        return hollow * within(tf.constant(0.5), 0.5 - ring) + (1.0 - hollow) * elsewhere

    x = fill(x, middle() * shown, middle(), draws.grey())

    everywhere = draws.uniform(0.0, 0.15)
    same_width = draws.uniform() < 0.55
    present = draws.chance(0.55 * tf.sqrt(strength)) * (1.0 - hollow)

    def side() -> Tensor:
        alone = draws.uniform(0.0, 0.15) * draws.chance(0.5)
        return tf.where(same_width, everywhere, alone) * present

    rows = tf.cast((position > side()) & (position < 1.0 - side()), tf.float32)
    columns = tf.cast((position > side()) & (position < 1.0 - side()), tf.float32)
    around = draws.grey()
    return around + rows[None, :, None, :] * columns[None, None, :, :] * (x - around)
