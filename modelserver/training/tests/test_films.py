import csv
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import Drawing
from pneumoscope_training.config import Recipe
from pneumoscope_training.films import (
    balanced_batches,
    count,
    of_split,
    read_collection,
    read_manifest,
    read_pixels,
)


def test_fixtures_are_left_out(drawn_data: Path) -> None:
    assert {film.source for film in read_manifest(drawn_data)} == {"kermany", "nih", "rsna"}


def test_an_unknown_label_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "source", "split", "patient", "sha256", "licence"])
        writer.writerow(["a.jpeg", "COVID", "kermany", "train", "p", "0", ""])
    with pytest.raises(ValueError, match="label 'COVID' is none of NORMAL, PNEUMONIA"):
        read_manifest(tmp_path)


def test_a_limit_keeps_every_source_and_label(drawn_data: Path) -> None:
    few = of_split(read_manifest(drawn_data), "train", 10)
    assert Counter(film.group for film in few) == dict.fromkeys([film.group for film in few], 2)


def test_count_is_per_source_split_and_label(drawn_data: Path) -> None:
    films = read_collection(drawn_data)
    assert count([*films.train, *films.val])["rsna"] == {"train": {"NORMAL": 12}, "val": {"NORMAL": 6}}


def test_a_colour_film_and_a_grey_one_come_out_alike(tmp_path: Path, film) -> None:
    picture = Drawing(np.random.default_rng(0)).picture(positive=False)
    (tmp_path / "kermany/NORMAL").mkdir(parents=True)
    file = tmp_path / film().file
    decoded = []
    for mode in ("L", "RGB"):
        picture.convert(mode).save(file, format="PNG")
        decoded.append(read_pixels(tmp_path, [film()]))
    assert decoded[0].shape == (1, 224, 224, 1)
    np.testing.assert_array_equal(decoded[0], decoded[1])


def test_a_film_of_another_size_is_refused(tmp_path: Path, film) -> None:
    (tmp_path / "kermany/NORMAL").mkdir(parents=True)
    Image.new("L", (640, 480)).save(tmp_path / film().file)
    with pytest.raises(ValueError, match="640x480 pixels instead of 224x224"):
        read_pixels(tmp_path, [film()])


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


def test_a_missing_group_leaves_its_place_to_the_others(film) -> None:
    films = [film(), film(label="PNEUMONIA")]
    drawn = np.concatenate(list(islice(balanced_batches(films, Recipe.mix, 32, seed=1), 300)))
    share = dict(Recipe.mix)
    normal, pneumonia = share["kermany", "NORMAL"], share["kermany", "PNEUMONIA"]
    assert (drawn == 0).mean() == pytest.approx(normal / (normal + pneumonia), abs=0.02)
