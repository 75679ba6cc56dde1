import shutil
from pathlib import Path

import pytest
from PIL import Image

from pneumoscope_training.data.evaluation_set import EvaluationSetError, read_evaluation_set


def test_the_default_is_the_only_split_that_is_not_for_training(drawn_data: Path) -> None:
    assert {film.split for film in read_evaluation_set(drawn_data)} == {"val"}
    assert {film.split for film in read_evaluation_set(drawn_data, "train")} == {"train"}


def test_a_folder_needs_no_manifest(drawn_data: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn_data / "kermany", tmp_path / "elsewhere")
    films = read_evaluation_set(tmp_path)
    assert len(films) == 36
    assert {(film.source, film.label, film.patient) for film in films} == {
        ("elsewhere", "NORMAL", ""),
        ("elsewhere", "PNEUMONIA", ""),
    }


def test_another_class_counts_as_pneumonia_if_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "there" / "COVID").mkdir(parents=True)
    Image.new("L", (300, 200)).save(tmp_path / "there/COVID/a.png")
    with pytest.raises(EvaluationSetError, match="POSITIVE=COVID"):
        read_evaluation_set(tmp_path)
    (film,) = read_evaluation_set(tmp_path, positive=["COVID"])
    assert film.positive


def test_a_missing_split_is_refused(drawn_data: Path) -> None:
    with pytest.raises(EvaluationSetError, match="no films of the split 'test'"):
        read_evaluation_set(drawn_data, "test")
