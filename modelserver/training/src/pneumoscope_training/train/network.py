"""The network: a small residual network of separable convolutions, 0.40 million parameters, any input size."""

from typing import Any

import keras
from keras import layers, ops

NAME = "separable residual network, 16-32-64-128-256 filters, 7 blocks, stride 16"

Tensor = Any


@keras.saving.register_keras_serializable(package="pneumoscope")
class StandardiseFilm(layers.Layer):
    """Standardises each film by the mean and the standard deviation of its middle.

    The outer 12 % have no weight, and full weight begins at 20 %: a black frame, a bar or a cropped border then leaves
    the grey of the lungs as it was. Adding 8 grey levels to the deviation keeps the noise of a nearly blank film small.
    Outliers, such as a white mark, are clipped.
    """

    def call(self, films: Tensor) -> Tensor:
        height, width = ops.shape(films)[1], ops.shape(films)[2]
        weights = _towards_the_middle(height)[:, None] * _towards_the_middle(width)[None, :]
        weights = (weights / ops.sum(weights))[None, :, :, None]
        mean = ops.sum(films * weights, axis=(1, 2), keepdims=True)
        variance = ops.sum(ops.square(films - mean) * weights, axis=(1, 2), keepdims=True)
        return ops.clip((films - mean) / (ops.sqrt(variance) + 8.0), -4.0, 4.0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


def _towards_the_middle(length: Tensor) -> Tensor:
    position = (ops.cast(ops.arange(length), "float32") + 0.5) / ops.cast(length, "float32")
    return ops.clip((ops.minimum(position, 1.0 - position) - 0.12) / 0.08, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="pneumoscope")
class MixStyles(layers.Layer):
    """In training, mixes the mean and spread of each feature of some films with another film's (MixStyle, Zhou et al.
    2021): the strength of edges depends on the machine and the hospital, so the network must not rely on it."""

    def __init__(self, share: float, seed: int = 0, **arguments: Any):
        super().__init__(**arguments)
        self.share, self.seed = share, seed
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        if not training or not self.share:
            return x
        films = ops.shape(x)[0]
        mean = ops.stop_gradient(ops.mean(x, axis=(1, 2), keepdims=True))
        spread = ops.stop_gradient(ops.std(x, axis=(1, 2), keepdims=True)) + 1e-3
        other = ops.argsort(keras.random.uniform((films,), seed=self.draws))
        borrowed = keras.random.uniform((films, 1, 1, 1), seed=self.draws)
        borrowed *= ops.cast(keras.random.uniform((films, 1, 1, 1), seed=self.draws) < self.share, x.dtype)
        new_mean = mean + borrowed * (ops.take(mean, other, axis=0) - mean)
        new_spread = spread + borrowed * (ops.take(spread, other, axis=0) - spread)
        return (x - mean) / spread * new_spread + new_mean

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "share": self.share, "seed": self.seed}


def build_network(dropout: float, style_mixing: float = 0.0, seed: int = 0) -> keras.Model:
    """Takes films with greys from 0 to 255, returns (logit [n, 1], features [n, h, w, 256]).

    The logit is a linear function of the mean of the features over the film, so that every cell of the feature map has
    a share of it. The last stage does not halve the map again: a film of the serving size has 14x14 cells, and a lobe
    of the lung covers several of them. This makes training a third longer.
    """
    films = keras.Input((None, None, 1), name="films")
    x = StandardiseFilm(name="standardise")(films)
    x = _convolution(x, 16, kernel=3, strides=2)
    x = _separable(x, 32, strides=2)
    x = MixStyles(style_mixing, seed, name="mix_styles")(x)
    for filters, blocks, strides in ((64, 2, 2), (128, 3, 2), (256, 2, 1)):
        for block in range(blocks):
            # The novelty uses the output of the middle stage too, so it has a name.
            name = "middle" if (filters, block) == (128, blocks - 1) else None
            x = _residual(x, filters, strides if block == 0 else 1, name)
    features = layers.Activation("linear", name="features")(x)
    x = layers.GlobalAveragePooling2D()(features)
    x = layers.Dropout(dropout, seed=seed)(x)
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


def _residual(x: Tensor, filters: int, strides: int, name: str | None = None) -> Tensor:
    y = _separable(x, filters, strides)
    y = _separable(y, filters, activate=False)
    if x.shape[-1] != filters:
        if strides > 1:
            x = layers.AveragePooling2D(strides, padding="same")(x)
        x = _convolution(x, filters, activate=False)
    return layers.Activation("relu", name=name)(layers.Add()([x, y]))


def with_pooled(network: keras.Model) -> keras.Model:
    """The network with a third output: the features of two stages, averaged over the film."""
    logit, features = network.outputs
    pooled = [ops.mean(x, axis=(1, 2)) for x in (network.get_layer("middle").output, features)]
    return keras.Model(network.input, [logit, features, ops.concatenate(pooled, axis=1)])
