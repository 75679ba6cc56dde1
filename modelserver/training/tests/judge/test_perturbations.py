import numpy as np
import pytest

from conftest import Drawing
from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.judge.perturbations import PERTURBATIONS, UNCHANGED, costs, perturbed


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_perturbation_keeps_shape_and_type_but_changes_the_film(name: str) -> None:
    film = np.asarray(Drawing(np.random.default_rng(1)).picture(positive=False))[None, ..., None]
    changed = perturbed(film, PERTURBATIONS[name])
    assert (changed.shape, changed.dtype) == (film.shape, film.dtype)
    assert 0.5 < np.abs(changed.astype(float) - film).mean() < 60


def test_a_black_frame_does_not_change_the_inside() -> None:
    film = np.full((1, FILM_SIZE, FILM_SIZE, 1), 99, np.uint8)
    framed = perturbed(film, PERTURBATIONS["10 % black on each side"])[0, :, :, 0]
    assert (framed[22:-22, 22:-22] == 99).all()
    assert framed[:22].max() == framed[:, -22:].max() == 0


def test_the_cost_is_the_lost_share_of_correct_answers(film) -> None:
    films = [film(label="PNEUMONIA"), film(label="PNEUMONIA"), film(), film()]
    before, after = np.array([0.9, 0.9, 0.1, 0.1]), np.array([0.9, 0.2, 0.1, 0.1])
    found = costs(films, {UNCHANGED: before, "worse": after}, {"balanced": 0.5})["kermany"]
    point = found["worse"]["points"]["balanced"]
    assert (point["sensitivity"], point["sensitivity_cost"], point["specificity_cost"]) == (0.5, 0.5, 0)
    assert point["specificity_cost_ci95"] == (0, 0)
    assert "sensitivity_cost" not in found[UNCHANGED]["points"]["balanced"]
