"""The training loop: a fixed number of steps, a checkpoint now and then, a line of progress."""

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .augment import DRAWS_PER_STEP, augment
from .config import FILM_SIZE, Recipe
from .films import Film, training_batches
from .network import build_network
from .workers import Workers

PROGRESS_SECONDS = 20.0
CHECKPOINT_SECONDS = 120.0
EPOCHS = 30  # parts of a run after which it is validated
LONGEST_STEP = 30.0  # seconds: longer than that the process was stopped, not working

log = logging.getLogger(__name__)

Tensor = Any
Validate = Callable[[keras.Model, int], dict[str, float]]  # figures of a network on films of a size


@dataclass(frozen=True)
class Trained:
    network: keras.Model  # with the averaged weights
    losses: list[float]  # one per step
    history: list[dict[str, float]]  # figures after each epoch, "step" among them
    seconds: float  # over all processes, where the run was interrupted
    core_seconds: float

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: the same after the same recipe, on the same films."""
        digest = hashlib.sha256()
        for weight in self.network.weights:
            digest.update(np.asarray(weight).tobytes())
        return digest.hexdigest()


class Training:
    """The state of a run: the network, its averaged weights, the optimizer, the losses and figures so far."""

    def __init__(self, recipe: Recipe, workers: Workers | None = None):
        keras.utils.set_random_seed(recipe.seed)
        self.recipe = recipe
        self.workers = workers or Workers()
        self.network = build_network(recipe.dropout, recipe.style_mixing, recipe.seed)
        # Batch-norm statistics are averaged too, else they belong to other weights than the averaged ones.
        self.averaged = build_network(recipe.dropout, recipe.style_mixing, recipe.seed)
        self.averaged.set_weights(self.network.get_weights())
        self.optimizer = _optimizer(recipe, self.network)
        self.losses: list[float] = []
        self.history: list[dict[str, float]] = []
        self.seconds = self.core_seconds = 0.0

    @property
    def step(self) -> int:
        return len(self.losses)

    def run(
        self,
        data: Path,
        films: Sequence[Film],
        validate: Validate | None = None,
        checkpoint: Path | None = None,
        until: int | None = None,
    ) -> Trained:
        recipe = self.recipe
        first, end = self.step, min(until or recipe.steps, recipe.steps)
        batches = training_batches(data, films, recipe, first, end, self.workers)
        # Workers see other films, so they alter them otherwise.
        seed_of_worker = recipe.seed + 1_000_003 * self.workers.index
        epoch = max(1, recipe.steps // EPOCHS)
        said = saved = before = time.monotonic()
        cores_before = time.process_time()
        said_step = first
        size, update = 0, None
        for step, (pixels, targets) in enumerate(batches, first):
            if update is None or size != recipe.size_at(step):
                size = recipe.size_at(step)
                update = self._update_at(size)
                log.info("step %d: films of %d pixels", step, size)
            seed = tf.constant([seed_of_worker, step * DRAWS_PER_STEP])
            self.losses.append(float(update(pixels, targets, seed, tf.constant(self._average_decay(step)))))
            if validate and self.workers.chief and (self.step % epoch == 0 or self.step == recipe.steps):
                self._validate(validate, size)
            now, cores = time.monotonic(), time.process_time()
            self.seconds += min(now - before, LONGEST_STEP)
            self.core_seconds += cores - cores_before
            before, cores_before = now, cores
            if now - said >= PROGRESS_SECONDS or self.step == end:
                self._say(self.step - said_step, now - said)
                said, said_step = now, self.step
            if checkpoint and now - saved >= CHECKPOINT_SECONDS:
                self.save(checkpoint)
                saved = now
        if checkpoint and self.step > first:
            self.save(checkpoint)
        return Trained(self.averaged, self.losses, self.history, self.seconds, self.core_seconds)

    def _update_at(self, size: int) -> Any:
        """One training step at an input size, as a graph."""
        network, optimizer, recipe = self.network, self.optimizer, self.recipe

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
                loss = 0.5 * loss + recipe.consistency * tf.reduce_mean((1.0 - hollow) * _divergence(in_mild, in_full))
            return [loss, *(tf.convert_to_tensor(statistic) for statistic in statistics),
                    *tape.gradient(loss, network.trainable_variables)]  # fmt: skip

        @tf.function
        def update(films: Tensor, targets: Tensor, seed: Tensor, decay: Tensor) -> Tensor:
            loss, *averaged = self.workers.together(gradients_of, films, targets, seed)
            if self.workers.number > 1:
                for statistic, value in zip(statistics, averaged, strict=False):
                    statistic.assign(value)
            gradients = averaged[len(statistics) :]
            optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
            for average, weight in zip(self.averaged.weights, network.weights, strict=True):
                average.assign(decay * average + (1.0 - decay) * weight)
            return loss

        return update

    def _average_decay(self, step: int) -> float:
        """Short memory at first, so that the average forgets the random start."""
        return min(1.0 - 1.0 / self.recipe.average_steps, (1.0 + step) / (10.0 + step))

    def _validate(self, validate: Validate, size: int) -> None:
        figures = {
            "step": float(self.step),
            "loss": float(np.mean(self.losses[-100:])),
            **validate(self.averaged, size),
        }
        self.history.append(figures)
        log.info("  ".join(f"{name} {value:.4g}" for name, value in figures.items()))

    def _say(self, steps: int, seconds: float) -> None:
        rate = 2 * steps * self.recipe.films / max(seconds, 1e-9)  # of all workers
        left = self._work_left() / max(rate, 1e-9)
        log.info(
            "step %d/%d  %.0f views/s  loss %.4f  about %d h %02d min left",
            self.step, self.recipe.steps, rate, float(np.mean(self.losses[-max(steps, 1) :])),
            *divmod(round(left / 60), 60),
        )  # fmt: skip

    def _work_left(self) -> float:
        """Views still to see, each weighed by its pixels against one of the present size."""
        recipe = self.recipe
        now = recipe.size_at(max(self.step - 1, 0))
        return sum((recipe.size_at(step) / now) ** 2 for step in range(self.step, recipe.steps)) * 2 * recipe.films

    def _state(self) -> list[Any]:
        # `variables` has what `weights` leaves out: the state of the dropout's random numbers.
        return [*self.network.variables, *self.averaged.weights, *self.optimizer.variables]

    def save(self, checkpoint: Path) -> None:
        if not self.workers.chief:
            return
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        unfinished = checkpoint.with_suffix(".unfinished.npz")
        arrays: dict[str, Any] = {f"v{index}": np.asarray(variable) for index, variable in enumerate(self._state())}
        np.savez(
            unfinished,
            losses=np.array(self.losses),
            history=np.array(json.dumps(self.history)),
            seconds=np.array([self.seconds, self.core_seconds]),
            **arrays,
        )
        os.replace(unfinished, checkpoint)

    def load(self, checkpoint: Path) -> None:
        with np.load(checkpoint) as arrays:
            for index, variable in enumerate(self._state()):
                variable.assign(arrays[f"v{index}"])
            self.losses = arrays["losses"].tolist()
            self.history = json.loads(str(arrays["history"]))
            self.seconds, self.core_seconds = arrays["seconds"].tolist()


def _cross_entropy(targets: Tensor, logits: Tensor) -> Tensor:
    return tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)


def _divergence(one: Tensor, other: Tensor) -> Tensor:
    """Half of the symmetric Kullback-Leibler divergence of two answers: great where they disagree on what to
    decide, next to nothing between one sure answer and a surer one."""
    return 0.5 * (tf.sigmoid(one) - tf.sigmoid(other)) * (one - other)


def _optimizer(recipe: Recipe, network: keras.Model) -> keras.optimizers.Optimizer:
    warmup = min(recipe.warmup_steps, recipe.steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
        decay_steps=recipe.steps - warmup,
        alpha=recipe.final_learning_rate,
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=recipe.weight_decay, beta_2=recipe.beta_2, clipnorm=recipe.clip_norm
    )
    # Decay is for kernels: pulling scales and biases to zero only fights batch normalisation.
    vectors = [variable for variable in network.trainable_variables if len(variable.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=vectors)
    optimizer.build(network.trainable_variables)
    return optimizer


def train(
    recipe: Recipe,
    data: Path,
    films: Sequence[Film],
    validate: Validate | None = None,
    checkpoint: Path | None = None,
    until: int | None = None,
    workers: Workers | None = None,
) -> Trained:
    """Trains from the start, or from the checkpoint of an interrupted run where there is one. Several workers
    must find the same checkpoint: its folder is one that they share."""
    training = Training(recipe, workers)
    if checkpoint and checkpoint.exists():
        training.load(checkpoint)
        log.info("resumed at step %d of %d", training.step, recipe.steps)
    return training.run(data, films, validate, checkpoint, until)


def at_size(pixels: Tensor, size: int) -> Tensor:
    """Films as served, at the size of a stage."""
    films = tf.cast(pixels, tf.float32)
    return films if size == FILM_SIZE else tf.image.resize(films, [size, size], antialias=True)
