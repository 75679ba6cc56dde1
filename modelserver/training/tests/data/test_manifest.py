import csv
from collections import Counter
from pathlib import Path

import pytest

from pneumoscope_training.data.manifest import count, of_split, read_collection, read_manifest


def test_fixtures_are_left_out(drawn_data: Path) -> None:
    assert {film.source for film in read_manifest(drawn_data)} == {"kermany", "nih", "rsna"}


def test_an_unknown_label_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "source", "split", "patient", "sha256", "licence"])
        writer.writerow(["a.jpeg", "COVID", "kermany", "train", "p", "0", ""])
    with pytest.raises(ValueError, match="label 'COVID': use NORMAL or PNEUMONIA"):
        read_manifest(tmp_path)


def test_a_limit_keeps_every_source_and_label(drawn_data: Path) -> None:
    few = of_split(read_manifest(drawn_data), "train", 10)
    assert Counter(film.group for film in few) == dict.fromkeys([film.group for film in few], 2)


def test_count_is_per_source_split_and_label(drawn_data: Path) -> None:
    films = read_collection(drawn_data)
    assert count([*films.train, *films.val])["rsna"] == {"train": {"NORMAL": 12}, "val": {"NORMAL": 6}}
