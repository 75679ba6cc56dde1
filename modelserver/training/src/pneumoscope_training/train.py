"""The training loop: a fixed number of steps, a checkpoint now and then, a line of progress."""

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .augment import augment
from .config import Config
from .films import Film, Pixels, balanced_batches
from .network import build_network

PROGRESS_SECONDS = 10.0
CHECKPOINT_SECONDS = 60.0

log = logging.getLogger(__name__)

Tensor = Any


@dataclass(frozen=True)
class Trained:
    network: keras.Model  # with the averaged weights
    losses: list[float]  # one per step
    seconds: float  # over all processes, where the run was interrupted


class Training:
    """The state of a run: the network, its averaged weights, the optimizer, the losses so far."""

    def __init__(self, config: Config):
        keras.utils.set_random_seed(config.seed)
        self.config = config
        self.network = build_network(config.dropout)
        # Batch-norm statistics are averaged too, else they belong to other weights than the averaged ones.
        self.average = [tf.Variable(weight, trainable=False) for weight in self.network.weights]
        self.optimizer = _optimizer(config, self.network)
        self.losses: list[float] = []
        self.seconds = 0.0

    @property
    def step(self) -> int:
        return len(self.losses)

    def run(self, films: Sequence[Film], pixels: Pixels, checkpoint: Path | None = None) -> Trained:
        config = self.config
        positive = np.array([film.positive for film in films], np.float32)
        smoothing = np.array(
            [
                config.noisy_label_smoothing if film.source in config.noisy_sources else config.label_smoothing
                for film in films
            ],
            np.float32,
        )
        targets = positive * (1.0 - smoothing) + 0.5 * smoothing

        first = self.step
        # Drawing indices is cheap: a resumed run draws those of the steps already done and drops them.
        batches = islice(balanced_batches(films, config.mix, config.batch, config.seed), first, config.steps)
        said = saved = before = time.monotonic()
        said_step = first
        size, update = 0, None
        for step, indices in enumerate(batches, first):
            if update is None or size != config.size_at(step):
                size = config.size_at(step)
                update = self._update_at(size)
                log.info("step %d: films of %d pixels", step, size)
            loss = update(
                tf.constant(pixels[indices]),
                tf.constant(targets[indices]),
                tf.constant(config.augmentation_at(step)),
                # A film's augmentation uses fewer than 1000 draws, so no two steps share one.
                tf.constant([config.seed, step * 1000]),
                tf.constant(self._average_decay(step)),
            )
            self.losses.append(float(loss))
            now = time.monotonic()
            self.seconds += now - before
            before = now
            if now - said >= PROGRESS_SECONDS or self.step == config.steps:
                self._say(self.step - said_step, now - said)
                said, said_step = now, self.step
            if checkpoint and now - saved >= CHECKPOINT_SECONDS:
                self.save(checkpoint)
                saved = now
        if checkpoint:
            self.save(checkpoint)
        for weight, average in zip(self.network.weights, self.average, strict=True):
            weight.assign(average)
        return Trained(self.network, self.losses, self.seconds)

    def _update_at(self, size: int) -> Any:
        """One training step at an input size, as a graph."""
        network, optimizer = self.network, self.optimizer

        @tf.function
        def update(films: Tensor, targets: Tensor, strength: Tensor, seed: Tensor, decay: Tensor) -> Tensor:
            inputs = augment(films, size, strength, seed)
            with tf.GradientTape() as tape:
                logits = network(inputs, training=True)[0][:, 0]
                loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
            for average, weight in zip(self.average, network.weights, strict=True):
                average.assign(decay * average + (1.0 - decay) * weight)
            return loss

        return update

    def _average_decay(self, step: int) -> float:
        """Short memory at first, so that the average forgets the random start."""
        return min(1.0 - 1.0 / self.config.average_steps, (1.0 + step) / (10.0 + step))

    def _say(self, steps: int, seconds: float) -> None:
        rate = steps * self.config.batch / max(seconds, 1e-9)
        left = (self.config.steps - self.step) * self.config.batch / max(rate, 1e-9)
        loss = float(np.mean(self.losses[-max(steps, 1) :]))
        log.info(
            "step %d/%d  %.0f films/s  loss %.4f  about %d min %02d s left at this size",
            self.step, self.config.steps, rate, loss, *divmod(round(left), 60),
        )  # fmt: skip

    def _state(self) -> list[Any]:
        # `variables` has what `weights` leaves out: the state of the dropout's random numbers.
        return [*self.network.variables, *self.average, *self.optimizer.variables]

    def save(self, checkpoint: Path) -> None:
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        unfinished = checkpoint.with_suffix(".unfinished.npz")
        arrays: dict[str, Any] = {f"v{index}": np.asarray(variable) for index, variable in enumerate(self._state())}
        np.savez(unfinished, losses=np.array(self.losses), seconds=np.array(self.seconds), **arrays)
        os.replace(unfinished, checkpoint)

    def load(self, checkpoint: Path) -> None:
        with np.load(checkpoint) as arrays:
            for index, variable in enumerate(self._state()):
                variable.assign(arrays[f"v{index}"])
            self.losses = arrays["losses"].tolist()
            self.seconds = float(arrays["seconds"])


def _optimizer(config: Config, network: keras.Model) -> keras.optimizers.Optimizer:
    warmup = min(config.warmup_steps, config.steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
        decay_steps=config.steps - warmup,
        alpha=config.final_learning_rate,
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=config.weight_decay, beta_2=config.beta_2, clipnorm=config.clip_norm
    )
    # Decay is for kernels: pulling scales and biases to zero only fights batch normalisation.
    vectors = [variable for variable in network.trainable_variables if len(variable.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=vectors)
    optimizer.build(network.trainable_variables)
    return optimizer


def train(config: Config, films: Sequence[Film], pixels: Pixels, checkpoint: Path | None = None) -> Trained:
    """Trains from the start, or from the checkpoint of an interrupted run where there is one."""
    training = Training(config)
    if checkpoint and checkpoint.exists():
        training.load(checkpoint)
        log.info("resumed at step %d of %d", training.step, config.steps)
    return training.run(films, pixels, checkpoint)
