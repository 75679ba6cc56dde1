from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from pneumoscope_training.config import Recipe
from pneumoscope_training.data.manifest import read_collection
from pneumoscope_training.train.batches import balanced_batches, training_batches
from pneumoscope_training.train.workers import Workers

QUICK = Recipe(steps=4, films=8, stages=((64, 1.0),))


def test_batches_follow_the_mix(drawn_data: Path) -> None:
    films = read_collection(drawn_data).train
    drawn = np.concatenate(list(islice(balanced_batches(films, Recipe.mix, 32, seed=1), 1000)))
    share = Counter(films[index].group for index in drawn)
    for group, expected in Recipe.mix:
        assert share[group] / len(drawn) == pytest.approx(expected, abs=0.01)


def test_every_film_of_a_group_is_seen_equally_often(drawn_data: Path) -> None:
    films = read_collection(drawn_data).train
    drawn = np.concatenate(list(islice(balanced_batches(films, Recipe.mix, 32, seed=1), 300)))
    times = Counter(drawn.tolist())
    for group, _ in Recipe.mix:
        of_group = [times[index] for index, film in enumerate(films) if film.group == group]
        assert max(of_group) - min(of_group) <= 1


def test_batches_repeat_with_the_seed(drawn_data: Path) -> None:
    films = read_collection(drawn_data).train
    first, again, other = (
        np.concatenate(list(islice(balanced_batches(films, Recipe.mix, 8, seed), 5))) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_missing_group_leaves_its_share_to_the_others(film) -> None:
    films = [film(), film(label="PNEUMONIA")]
    drawn = np.concatenate(list(islice(balanced_batches(films, Recipe.mix, 32, seed=1), 300)))
    share = dict(Recipe.mix)
    normal, pneumonia = share["kermany", "NORMAL"], share["kermany", "PNEUMONIA"]
    assert (drawn == 0).mean() == pytest.approx(normal / (normal + pneumonia), abs=0.02)


def test_workers_share_each_batch(drawn_data: Path) -> None:
    films = read_collection(drawn_data).train

    def batches(workers: Workers) -> list[np.ndarray]:
        stream = training_batches(drawn_data, films, QUICK, 0, 3, workers)
        return [pixels.numpy() for pixels, _ in stream]

    alone, first, second = (batches(workers) for workers in (Workers(), Workers(0, 2), Workers(1, 2)))
    for whole, even, odd in zip(alone, first, second, strict=True):
        np.testing.assert_array_equal(whole[0::2], even)
        np.testing.assert_array_equal(whole[1::2], odd)
