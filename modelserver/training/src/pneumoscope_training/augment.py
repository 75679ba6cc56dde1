"""Augmentation inside the TensorFlow graph: films as other machines, hands and software would have made them.

No mirroring: the heart is on the left. The zoom and the black frame are wide, because a network's threshold
moves with the framing more than with anything else.
"""

from typing import Any

import tensorflow as tf

from .config import FILM_SIZE

Tensor = Any


class Draws:
    """Random numbers that depend on the seed alone, so that a resumed run repeats an unbroken one."""

    def __init__(self, seed: Tensor, films: Tensor):
        self.seed = seed  # [2], int32
        self.films = films
        self.count = 0

    def _next_seed(self) -> Tensor:
        self.count += 1
        return self.seed + tf.constant([0, self.count])

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """One number per film, [films, 1, 1, 1]."""
        return tf.random.stateless_uniform([self.films, 1, 1, 1], self._next_seed(), low, high)

    def chance(self, probability: float) -> Tensor:
        """1 for some films, 0 for the others."""
        return tf.cast(self.uniform() < probability, tf.float32)

    def noise(self, shape: Tensor) -> Tensor:
        return tf.random.stateless_normal(shape, self._next_seed())


def augment(films: Tensor, size: int, strength: Tensor, seed: Tensor) -> Tensor:
    """Turns uint8 films [n, 224, 224, 1] into float32 films [n, size, size, 1], still from 0 to 255."""
    draws = Draws(seed, tf.shape(films)[0])
    x = tf.cast(films, tf.float32) / 255.0
    x = _move(x, size, strength, draws)
    x = _expose(x, strength, draws)
    x = _resample(x, size, draws)
    x = tf.clip_by_value(x, 0.0, 1.0)
    x = _cover(x, size, draws)
    return x * 255.0


def _move(x: Tensor, size: int, strength: Tensor, draws: Draws) -> Tensor:
    """Rotation to 10 degrees, zoom to a quarter, aspect, shear and shift; also the change of size."""

    def between(limit: float) -> Tensor:
        return draws.uniform(-limit, limit)[:, 0, 0, 0] * strength

    angle, zoom, half_aspect, shear = between(0.17), tf.exp(between(0.22)), tf.exp(between(0.155)), between(0.06)
    shift_x, shift_y = between(14.0), between(14.0)
    scale_x, scale_y = zoom * half_aspect, zoom / half_aspect
    scale = (FILM_SIZE - 1) / (size - 1)  # a pixel of the result, in pixels of the film
    a = tf.cos(angle) * scale_x * scale
    b = (shear - tf.sin(angle) * scale_y) * scale
    c = tf.sin(angle) * scale_x * scale
    d = tf.cos(angle) * scale_y * scale
    centre_in, centre_out = (FILM_SIZE - 1) / 2, (size - 1) / 2
    e = centre_in + shift_x - (a + b) * centre_out
    f = centre_in + shift_y - (c + d) * centre_out
    zero = tf.zeros_like(a)
    x = tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.stack([a, b, e, c, d, f, zero, zero], axis=1),
        output_shape=[size, size],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(x, [None, size, size, 1])


def _expose(x: Tensor, strength: Tensor, draws: Draws) -> Tensor:
    """Gamma, contrast and brightness."""
    x = tf.clip_by_value(x, 1e-4, 1.0) ** tf.exp(draws.uniform(-0.4, 0.4) * strength)
    contrast = 1.0 + draws.uniform(-0.3, 0.3) * strength
    return (x - 0.5) * contrast + 0.5 + draws.uniform(-0.12, 0.12) * strength


def _resample(x: Tensor, size: int, draws: Draws) -> Tensor:
    """Blur or sharpening, a pass through half the resolution, noise: fine detail follows the hospital and its
    file format, so the network must not rely on it."""
    blurred = tf.nn.avg_pool2d(tf.nn.avg_pool2d(x, 3, 1, "SAME"), 3, 1, "SAME")
    x += draws.chance(0.5) * draws.uniform(-0.6, 1.0) * (blurred - x)
    halved = tf.image.resize(tf.nn.avg_pool2d(x, 2, 2, "SAME"), [size, size])
    x += draws.chance(0.15) * (halved - x)
    return x + draws.chance(0.5) * draws.uniform(0.0, 0.05) * draws.noise(tf.shape(x))


def _cover(x: Tensor, size: int, draws: Draws) -> Tensor:
    """Patches over the border, where marks are burnt in, one inside, and a black frame."""
    position = (tf.range(size, dtype=tf.float32) + 0.5) / size
    across, down = position[None, None, :, None], position[None, :, None, None]

    def patch(x: Tensor, centre_x: Tensor, centre_y: Tensor, low: float, high: float, probability: float) -> Tensor:
        half_width, half_height = draws.uniform(low, high), draws.uniform(low, high)
        inside = (tf.abs(across - centre_x) < half_width) & (tf.abs(down - centre_y) < half_height)
        grey = draws.chance(0.5) * draws.uniform()  # half of the patches are black
        mask = tf.cast(inside, tf.float32) * draws.chance(probability)
        return x * (1.0 - mask) + grey * mask

    for _ in range(2):
        near_edge, along = draws.uniform(0.0, 0.14), draws.uniform()
        near_edge = tf.where(draws.uniform() < 0.5, near_edge, 1.0 - near_edge)
        upright = draws.uniform() < 0.5
        x = patch(
            x, tf.where(upright, near_edge, along), tf.where(upright, along, near_edge), 0.03, 0.12, probability=0.5
        )
    x = patch(x, draws.uniform(0.2, 0.8), draws.uniform(0.2, 0.8), 0.04, 0.11, probability=0.3)

    frame = draws.uniform(0.0, 0.10)
    edge = (across < frame) | (down < frame) | (across > 1.0 - frame) | (down > 1.0 - frame)
    return x * (1.0 - draws.chance(0.4) * tf.cast(edge, tf.float32))
