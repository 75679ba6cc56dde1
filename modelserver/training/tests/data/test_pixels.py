import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import Drawing
from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.data.evaluation_set import read_evaluation_set
from pneumoscope_training.data.pixels import read_pixels, read_stretched


def test_a_colour_film_and_a_grey_one_have_the_same_pixels(tmp_path: Path, film) -> None:
    picture = Drawing(np.random.default_rng(0)).picture(positive=False)
    (tmp_path / "kermany/NORMAL").mkdir(parents=True)
    file = tmp_path / film().file
    decoded = []
    for mode in ("L", "RGB"):
        picture.convert(mode).save(file, format="PNG")
        decoded.append(read_pixels(tmp_path, [film()]))
    assert decoded[0].shape == (1, FILM_SIZE, FILM_SIZE, 1)
    np.testing.assert_array_equal(decoded[0], decoded[1])


def test_a_film_of_another_size_is_refused(tmp_path: Path, film) -> None:
    (tmp_path / "kermany/NORMAL").mkdir(parents=True)
    Image.new("L", (640, 480)).save(tmp_path / film().file)
    with pytest.raises(ValueError, match=f"640x480 pixels instead of {FILM_SIZE}x{FILM_SIZE}"):
        read_pixels(tmp_path, [film()])


def test_films_of_another_size_are_stretched_and_counted(drawn_data: Path, tmp_path: Path) -> None:
    films = read_evaluation_set(drawn_data)[:2]
    (tmp_path / films[0].file).parent.mkdir(parents=True)
    shutil.copy(drawn_data / films[0].file, tmp_path / films[0].file)
    Image.open(drawn_data / films[1].file).resize((448, 600)).save(tmp_path / films[1].file)
    pixels, stretched = read_stretched(tmp_path, films)
    expected, none = read_stretched(drawn_data, films)
    assert (stretched, none) == (1, 0)
    np.testing.assert_array_equal(pixels[0], expected[0])
    assert np.abs(pixels[1].astype(int) - expected[1]).mean() < 6
