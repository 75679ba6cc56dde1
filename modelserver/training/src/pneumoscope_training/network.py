"""The network: a small residual net of separable convolutions, 0.40 million parameters, any input size."""

from typing import Any

import keras
from keras import layers

NAME = "separable residual network, 16-32-64-128-256 filters, 7 blocks"

Tensor = Any


@keras.saving.register_keras_serializable(package="pneumoscope")
class StandardiseFilm(layers.Layer):
    """Each film to mean 0 and spread 1. The 8 grey levels keep the noise of a nearly blank film small."""

    def call(self, films: Tensor) -> Tensor:
        mean = keras.ops.mean(films, axis=(1, 2), keepdims=True)
        spread = keras.ops.std(films, axis=(1, 2), keepdims=True)
        return (films - mean) / (spread + 8.0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


def build_network(dropout: float) -> keras.Model:
    """Takes films from 0 to 255, gives (logit [n, 1], features [n, h, w, 256]).

    The logit is a linear function of the mean of the features over the film, so that every cell of the
    feature map has its own share of it.
    """
    films = keras.Input((None, None, 1), name="films")
    x = StandardiseFilm(name="standardise")(films)
    x = _convolution(x, 16, kernel=3, strides=2)
    x = _separable(x, 32, strides=2)
    for filters, blocks in ((64, 2), (128, 3), (256, 2)):
        for block in range(blocks):
            x = _residual(x, filters, strides=2 if block == 0 else 1)
    features = layers.Activation("linear", name="features")(x)
    x = layers.GlobalAveragePooling2D()(features)
    x = layers.Dropout(dropout)(x)
    logit = layers.Dense(1, name="logit")(x)
    return keras.Model(films, [logit, features], name="pneumonia")


def _normalise(x: Tensor, activate: bool) -> Tensor:
    x = layers.BatchNormalization(momentum=0.97)(x)
    return layers.Activation("relu")(x) if activate else x


def _convolution(x: Tensor, filters: int, kernel: int = 1, strides: int = 1, activate: bool = True) -> Tensor:
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal")(
        x
    )
    return _normalise(x, activate)


def _separable(x: Tensor, filters: int, strides: int = 1, activate: bool = True) -> Tensor:
    x = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False, depthwise_initializer="he_normal")(x)
    return _convolution(x, filters, activate=activate)


def _residual(x: Tensor, filters: int, strides: int) -> Tensor:
    y = _separable(x, filters, strides)
    y = _separable(y, filters, activate=False)
    if strides > 1:
        # "same", because 112 pixels do not halve evenly five times
        x = _convolution(layers.AveragePooling2D(strides, padding="same")(x), filters, activate=False)
    return layers.Activation("relu")(layers.Add()([x, y]))
