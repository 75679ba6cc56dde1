import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pneumoscope_training.folder import FolderError, read_folder, read_stretched
from pneumoscope_training.places import InsideRepositoryError, outside_repository


def test_the_one_split_that_was_not_trained_on_is_judged(drawn_data: Path) -> None:
    assert {film.split for film in read_folder(drawn_data)} == {"val"}
    assert {film.split for film in read_folder(drawn_data, "train")} == {"train"}


def test_a_folder_needs_no_manifest(drawn_data: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn_data / "kermany", tmp_path / "elsewhere")
    films = read_folder(tmp_path)
    assert len(films) == 36
    assert {(film.source, film.label, film.patient) for film in films} == {
        ("elsewhere", "NORMAL", ""),
        ("elsewhere", "PNEUMONIA", ""),
    }


def test_another_class_counts_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "there" / "COVID").mkdir(parents=True)
    Image.new("L", (300, 200)).save(tmp_path / "there/COVID/a.png")
    with pytest.raises(FolderError, match="POSITIVE=COVID"):
        read_folder(tmp_path)
    (film,) = read_folder(tmp_path, positive=["COVID"])
    assert film.positive


def test_films_of_another_size_are_stretched_and_counted(drawn_data: Path, tmp_path: Path) -> None:
    films = read_folder(drawn_data)[:2]
    (tmp_path / films[0].file).parent.mkdir(parents=True)
    shutil.copy(drawn_data / films[0].file, tmp_path / films[0].file)
    Image.open(drawn_data / films[1].file).resize((448, 600)).save(tmp_path / films[1].file)
    pixels, stretched = read_stretched(tmp_path, films)
    expected, none = read_stretched(drawn_data, films)
    assert (stretched, none) == (1, 0)
    np.testing.assert_array_equal(pixels[0], expected[0])
    assert np.abs(pixels[1].astype(int) - expected[1]).mean() < 6


def test_a_split_that_is_not_there_is_said(drawn_data: Path) -> None:
    with pytest.raises(FolderError, match="no films of the split 'test'"):
        read_folder(drawn_data, "test")


def test_no_folder_within_a_repository_is_taken(tmp_path: Path) -> None:
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    with pytest.raises(InsideRepositoryError, match="OUT="):
        outside_repository(tmp_path / "clone" / "a" / "b", "evaluation")
    assert not (tmp_path / "clone" / "a").exists()
    assert outside_repository(tmp_path / "beside", "evaluation").is_dir()
