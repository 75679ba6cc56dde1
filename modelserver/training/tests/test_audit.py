from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import Drawing
from pneumoscope_training.audit import CHANGES, covered
from pneumoscope_training.films import Film, of_split, read_manifest, read_pixels
from pneumoscope_training.maps import LUNGS, coarse, occlusion, outside_lungs, rank_correlation, sample
from pneumoscope_training.places import outside_repository
from pneumoscope_training.shortcuts import SHORTCUTS, earned, earned_by_size


def test_what_is_covered_leaves_no_trace() -> None:
    """Two films that differ in their centre only are one film when only the border is left."""
    random = np.random.default_rng(2)
    first = np.asarray(Drawing(random).picture(positive=False))[None, ..., None]
    second = first.copy()
    second[:, 40:180, 40:180] = 250
    both = [CHANGES["only the outer 12 % left"](film) for film in (first, second)]
    np.testing.assert_array_equal(both[0], both[1])
    assert (CHANGES["corners covered"](first)[0, :45, :45] == CHANGES["corners covered"](first)[0, 0, 0]).all()


def test_covering_keeps_the_rest() -> None:
    film = np.arange(224 * 224, dtype=np.uint32).reshape(1, 224, 224, 1).astype(np.uint8)
    mask = np.zeros((224, 224), np.bool_)
    mask[:, 100:] = True
    np.testing.assert_array_equal(covered(mask)(film)[:, :, :100], film[:, :, :100])


def test_a_marker_earns_what_it_betrays(drawn_data: Path) -> None:
    """A letter in the corner of every positive film: the markers find it, the rest of the film does not matter."""
    films = [film for film in read_manifest(drawn_data) if film.source == "kermany"]
    train, val = of_split(films, "train"), of_split(films, "val")
    pixels = [read_pixels(drawn_data, part) for part in (train, val)]
    for part, p in zip((train, val), pixels, strict=True):
        for film, picture in zip(part, p, strict=True):
            picture[5:30, 5:40] = 0
            if film.positive:
                picture[10:25:3, 10:30] = 255
    found = earned(train, pixels[0], val, pixels[1])
    assert found.keys() == SHORTCUTS.keys()
    assert found["text markers in the corners"]["kermany"]["auc"] == 1


def test_a_size_that_follows_the_label_is_found(tmp_path: Path) -> None:
    films = []
    for index in range(40):
        label = ("NORMAL", "PNEUMONIA")[index % 2]
        Image.new("L", (200 + index, 200 + index if index % 2 else 300 + index)).save(tmp_path / f"{index}.png")
        films.append(Film(f"{index}.png", label, "kermany", "fixture", f"p{index}", ""))
    assert earned_by_size(tmp_path, films)["aspect ratio"]["auc"] == 1


def test_the_share_outside_the_lungs() -> None:
    area = (LUNGS["right"] - LUNGS["left"]) * (LUNGS["bottom"] - LUNGS["top"])
    assert outside_lungs(np.ones((14, 14))) == pytest.approx(1 - area, abs=0.02)
    centre = np.zeros((7, 7))
    centre[3, 3] = -2
    assert outside_lungs(centre) == 0
    corner = np.zeros((7, 7))
    corner[6, 6] = 1
    assert outside_lungs(corner) == 1


@pytest.mark.parametrize("cells", [7, 14])
def test_occlusion_finds_the_patch_that_decides(cells: int) -> None:
    def brightness_of_a_patch(pixels: np.ndarray) -> np.ndarray:
        return pixels[:, 64:96, 32:64].mean((1, 2, 3)) / 300

    film = np.zeros((1, 224, 224, 1), np.uint8)
    film[:, 64:96, 32:64] = 250
    drops = occlusion(brightness_of_a_patch, film, brightness_of_a_patch(film))
    assert np.argwhere(drops[0] > 0.1).tolist() == [[2, 1]]
    scale = cells // 7
    activation = np.zeros((cells, cells))
    activation[2 * scale : 3 * scale, scale : 2 * scale] = 3
    assert rank_correlation(coarse(activation), drops[0]) == pytest.approx(1, abs=1e-6)


def test_a_flat_map_agrees_with_nothing() -> None:
    assert rank_correlation(np.ones((7, 7)), np.arange(49)) == 0


def test_the_sample_has_every_group(film: Callable[..., Film]) -> None:
    films = [film()] * 50 + [film(label="PNEUMONIA")] * 3
    chosen = sample(films)
    assert (sum(i < 50 for i in chosen), sum(i >= 50 for i in chosen)) == (20, 3)
    assert len(set(chosen)) == 23


def test_a_temporary_folder_is_made_where_none_is_named() -> None:
    folder = outside_repository(None, "evaluation")
    assert folder.is_dir()
    folder.rmdir()
