"""One training step as a TensorFlow graph: two views of each film, the loss, the gradients, the averaged weights."""

from typing import Any

import tensorflow as tf

from ..config import Recipe
from .augmentation import augment
from .state import TrainingState
from .workers import Workers

Tensor = Any


def step_at(size: int, state: TrainingState, recipe: Recipe, workers: Workers) -> Any:
    """The step at an input size, as a function of (films, targets, seed, decay of the average) that updates the state's
    networks and returns the loss."""
    network, optimizer = state.network, state.optimizer
    statistics = [variable for variable in network.non_trainable_weights if variable.dtype == "float32"]

    def gradients_of(films: Tensor, targets: Tensor, seed: Tensor) -> list[Tensor]:
        number = tf.shape(films)[0]
        mild, full, chance = (
            tf.random.stateless_uniform([number], seed - tf.constant([0, k]), low, high)
            for k, (low, high) in enumerate((recipe.mild_strength, recipe.full_strength, (0.0, 1.0)), 1)
        )
        hollow = tf.cast(chance < recipe.hollow, tf.float32)
        inputs = augment(
            tf.concat([films, films], 0),
            size,
            tf.concat([mild, full], 0),
            tf.concat([tf.zeros_like(hollow), hollow], 0),
            seed,
        )
        with tf.GradientTape() as tape:
            logits = network(inputs, training=True)[0][:, 0]
            in_mild, in_full = tf.split(logits, 2)
            loss = tf.reduce_mean(
                _cross_entropy(targets, in_mild) + _cross_entropy(targets + hollow * (0.5 - targets), in_full)
            )
            loss = 0.5 * loss + recipe.consistency * tf.reduce_mean((1.0 - hollow) * divergence(in_mild, in_full))
        return [
            loss,
            *(tf.convert_to_tensor(statistic) for statistic in statistics),
            *tape.gradient(loss, network.trainable_variables),
        ]

    @tf.function
    def step(films: Tensor, targets: Tensor, seed: Tensor, decay: Tensor) -> Tensor:
        loss, *averaged = workers.averaged(gradients_of, films, targets, seed)
        if workers.number > 1:
            for statistic, value in zip(statistics, averaged, strict=False):
                statistic.assign(value)
        gradients = averaged[len(statistics) :]
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        for average, weight in zip(state.averaged.weights, network.weights, strict=True):
            average.assign(decay * average + (1.0 - decay) * weight)
        return loss

    return step


def average_decay(recipe: Recipe, step: int) -> float:
    """The share of the averaged weights that a step keeps: small at first, so that the random start is forgotten."""
    return min(1.0 - 1.0 / recipe.average_steps, (1.0 + step) / (10.0 + step))


def divergence(one: Tensor, other: Tensor) -> Tensor:
    """Half of the symmetric Kullback-Leibler divergence of two answers: large where they disagree on the decision,
    close to zero where both agree and only one is surer."""
    return 0.5 * (tf.sigmoid(one) - tf.sigmoid(other)) * (one - other)


def _cross_entropy(targets: Tensor, logits: Tensor) -> Tensor:
    return tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
