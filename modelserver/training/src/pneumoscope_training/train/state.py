"""The state of a training, which a checkpoint saves: weights, optimizer, and losses, figures and time so far."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ..config import Recipe
from .network import build_network


@dataclass(frozen=True)
class Trained:
    network: keras.Model  # with the averaged weights
    losses: list[float]  # one per step
    history: list[dict[str, float]]  # figures after each epoch, "step" among them
    seconds: float  # summed over all processes of an interrupted run
    core_seconds: float

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: the same recipe on the same films gives the same digest."""
        digest = hashlib.sha256()
        for weight in self.network.weights:
            digest.update(np.asarray(weight).tobytes())
        return digest.hexdigest()


class TrainingState:
    def __init__(self, recipe: Recipe):
        keras.utils.set_random_seed(recipe.seed)
        self.network = build_network(recipe.dropout, recipe.style_mixing, recipe.seed)
        # Batch-norm statistics are averaged too: those of the network do not fit the averaged weights.
        self.averaged = build_network(recipe.dropout, recipe.style_mixing, recipe.seed)
        self.averaged.set_weights(self.network.get_weights())
        self.optimizer = _optimizer(recipe, self.network)
        self.losses: list[float] = []
        self.history: list[dict[str, float]] = []
        self.seconds = self.core_seconds = 0.0

    @property
    def step(self) -> int:
        """The number of finished steps."""
        return len(self.losses)

    def trained(self) -> Trained:
        return Trained(self.averaged, self.losses, self.history, self.seconds, self.core_seconds)

    def save(self, checkpoint: Path) -> None:
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        unfinished = checkpoint.with_suffix(".unfinished.npz")
        arrays: dict[str, Any] = {f"v{index}": np.asarray(variable) for index, variable in enumerate(self._variables())}
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
            for index, variable in enumerate(self._variables()):
                variable.assign(arrays[f"v{index}"])
            self.losses = arrays["losses"].tolist()
            self.history = json.loads(str(arrays["history"]))
            self.seconds, self.core_seconds = arrays["seconds"].tolist()

    def _variables(self) -> list[Any]:
        # Unlike `weights`, `variables` has the state of the dropout's random numbers.
        return [*self.network.variables, *self.averaged.weights, *self.optimizer.variables]


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
    # Only kernels decay: pulling scales and biases to zero works against batch normalisation.
    vectors = [variable for variable in network.trainable_variables if len(variable.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=vectors)
    optimizer.build(network.trainable_variables)
    return optimizer
