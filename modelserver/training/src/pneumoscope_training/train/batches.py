"""A stream of training batches: films in the mix of the recipe, decoded while the step before them runs."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from ..config import FILM_SIZE, Group, Recipe
from ..data.manifest import Film
from .workers import Workers


def balanced_batches(
    films: Sequence[Film], mix: Sequence[tuple[Group, float]], batch: int, seed: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Endless batches of indices into films, drawn from each group in its share of the mix.

    All films of a group are used once before the group is shuffled again, so that each is seen equally often. Groups of
    the mix that have no films are left out, and their part is divided among the others.
    """
    random = np.random.default_rng(seed)
    members = {group: np.array([i for i, film in enumerate(films) if film.group == group]) for group, _ in mix}
    present = [(members[group], share) for group, share in mix if len(members[group])]
    if not present:
        raise ValueError("no film belongs to a group of the mix")
    shares = np.array([share for _, share in present])
    queues: list[list[int]] = [[] for _ in present]
    while True:
        indices = []
        for group in random.choice(len(present), batch, p=shares / shares.sum()):
            if not queues[group]:
                queues[group] = random.permutation(present[group][0]).tolist()
            indices.append(queues[group].pop())
        yield np.array(indices)


def training_batches(data: Path, films: Sequence[Film], recipe: Recipe, first: int, end: int, workers: Workers) -> Any:
    """A worker's part of the batches of the steps from first up to end: (uint8 films [n, FILM_SIZE, FILM_SIZE, 1],
    targets [n]). All workers draw the same batches, and each takes its share of every batch.

    Only a few batches are in memory at any time. Drawing indices is cheap, so a resumed run draws those of the
    finished steps again and drops them.
    """
    if recipe.films % workers.number:
        raise ValueError(f"{recipe.films} films of a step cannot be shared evenly by {workers.number} workers")
    part = recipe.films // workers.number
    files = tf.constant([str(data / film.file) for film in films])
    targets = tf.constant(_targets(films, recipe))

    def drawn() -> Iterator[npt.NDArray[np.int64]]:
        batches = islice(balanced_batches(films, recipe.mix, recipe.films, recipe.seed), first, end)
        return (indices[workers.index :: workers.number] for indices in batches)

    def read(index: Any) -> tuple[Any, Any]:
        picture = tf.io.decode_image(tf.io.read_file(files[index]), channels=1, expand_animations=False)
        return tf.ensure_shape(picture, [FILM_SIZE, FILM_SIZE, 1]), targets[index]

    stream = tf.data.Dataset.from_generator(drawn, output_signature=tf.TensorSpec([part], tf.int64))
    return stream.unbatch().map(read, num_parallel_calls=2, deterministic=True).batch(part).prefetch(2)


def _targets(films: Sequence[Film], recipe: Recipe) -> npt.NDArray[np.float32]:
    positive = np.array([film.positive for film in films], np.float32)
    smoothing = np.array(
        [
            recipe.noisy_label_smoothing if film.source in recipe.noisy_sources else recipe.label_smoothing
            for film in films
        ],
        np.float32,
    )
    return positive * (1.0 - smoothing) + 0.5 * smoothing
