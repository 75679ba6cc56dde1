from collections.abc import Callable

import numpy as np
import pytest

from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.data.manifest import Film
from pneumoscope_training.judge.activation_map import LUNGS, coarse, occlusion, outside_lungs, rank_correlation, sample


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

    film = np.zeros((1, FILM_SIZE, FILM_SIZE, 1), np.uint8)
    film[:, 64:96, 32:64] = 250
    drops = occlusion(brightness_of_a_patch, film, brightness_of_a_patch(film))
    assert np.argwhere(drops[0] > 0.1).tolist() == [[2, 1]]
    scale = cells // 7
    activation = np.zeros((cells, cells))
    activation[2 * scale : 3 * scale, scale : 2 * scale] = 3
    assert rank_correlation(coarse(activation), drops[0]) == pytest.approx(1, abs=1e-6)


def test_a_constant_map_has_no_correlation() -> None:
    assert rank_correlation(np.ones((7, 7)), np.arange(49)) == 0


def test_the_sample_has_every_group(film: Callable[..., Film]) -> None:
    films = [film()] * 50 + [film(label="PNEUMONIA")] * 3
    chosen = sample(films)
    assert (sum(i < 50 for i in chosen), sum(i >= 50 for i in chosen)) == (20, 3)
    assert len(set(chosen)) == 23
