"""The training loop: a fixed number of steps, a validation after each epoch, a checkpoint every two minutes."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..config import FILM_SIZE, Recipe
from ..data.manifest import Film
from .augmentation import DRAWS_PER_STEP
from .batches import training_batches
from .progress import Progress
from .state import Trained, TrainingState
from .step import average_decay, step_at
from .workers import Workers

CHECKPOINT_SECONDS = 120.0
EPOCHS = 30  # a run has this number of equal parts, and is validated after each

log = logging.getLogger(__name__)

Tensor = Any
Validate = Callable[[keras.Model, int], dict[str, float]]  # the figures of a network at an input size


def train(
    recipe: Recipe,
    data: Path,
    films: Sequence[Film],
    validate: Validate | None = None,
    checkpoint: Path | None = None,
    workers: Workers | None = None,
) -> Trained:
    """Trains from the start, or continues from the checkpoint of an interrupted run. Several workers must share the
    folder of the checkpoint."""
    workers = workers or Workers()
    state = TrainingState(recipe)
    if checkpoint and checkpoint.exists():
        state.load(checkpoint)
        log.info("resumed at step %d of %d", state.step, recipe.steps)
    first = state.step
    batches = training_batches(data, films, recipe, first, recipe.steps, workers)
    save = (lambda: state.save(checkpoint)) if checkpoint and workers.chief else None
    epoch = max(1, recipe.steps // EPOCHS)
    # Each worker has a seed of its own, because it augments other films.
    seed = recipe.seed + 1_000_003 * workers.index
    progress = Progress(recipe, state)
    saved = time.monotonic()
    size, step_graph = 0, None
    for step, (pixels, targets) in enumerate(batches, first):
        if step_graph is None or size != recipe.size_at(step):
            size = recipe.size_at(step)
            step_graph = step_at(size, state, recipe, workers)
            log.info("step %d: films of %d pixels", step, size)
        draws = tf.constant([seed, step * DRAWS_PER_STEP])
        state.losses.append(float(step_graph(pixels, targets, draws, tf.constant(average_decay(recipe, step)))))
        if validate and workers.chief and (state.step % epoch == 0 or state.step == recipe.steps):
            _validate(state, validate, size)
        progress.after_step(last=state.step == recipe.steps)
        if save and time.monotonic() - saved >= CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()
    if save and state.step > first:
        save()
    return state.trained()


def _validate(state: TrainingState, validate: Validate, size: int) -> None:
    figures = {
        "step": float(state.step),
        "loss": float(np.mean(state.losses[-100:])),
        **validate(state.averaged, size),
    }
    state.history.append(figures)
    log.info("  ".join(f"{name} {value:.4g}" for name, value in figures.items()))


def at_size(pixels: Tensor, size: int) -> Tensor:
    """Films as served, resized to the input size of a stage."""
    films = tf.cast(pixels, tf.float32)
    return films if size == FILM_SIZE else tf.image.resize(films, [size, size], antialias=True)
