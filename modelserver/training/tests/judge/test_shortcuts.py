from pathlib import Path

from PIL import Image

from pneumoscope_training.data.manifest import Film, of_split, read_manifest
from pneumoscope_training.data.pixels import read_pixels
from pneumoscope_training.judge.shortcuts import SHORTCUTS, auc_of_size, auc_per_source


def test_a_marker_that_follows_the_label_is_found(drawn_data: Path) -> None:
    """Every positive film has a letter in the corner: the AUC of the markers is 1, whatever else the films show."""
    films = [film for film in read_manifest(drawn_data) if film.source == "kermany"]
    train, val = of_split(films, "train"), of_split(films, "val")
    pixels = [read_pixels(drawn_data, part) for part in (train, val)]
    for part, p in zip((train, val), pixels, strict=True):
        for film, picture in zip(part, p, strict=True):
            picture[5:30, 5:40] = 0
            if film.positive:
                picture[10:25:3, 10:30] = 255
    found = auc_per_source(train, pixels[0], val, pixels[1])
    assert found.keys() == SHORTCUTS.keys()
    assert found["text markers in the corners"]["kermany"]["auc"] == 1


def test_a_size_that_follows_the_label_is_found(tmp_path: Path) -> None:
    films = []
    for index in range(40):
        label = ("NORMAL", "PNEUMONIA")[index % 2]
        Image.new("L", (200 + index, 200 + index if index % 2 else 300 + index)).save(tmp_path / f"{index}.png")
        films.append(Film(f"{index}.png", label, "kermany", "fixture", f"p{index}", ""))
    assert auc_of_size(tmp_path, films)["aspect ratio"]["auc"] == 1
