from collections.abc import Callable

import numpy as np
import pytest

from pneumoscope_training.data.manifest import Film
from pneumoscope_training.judge.conformal import (
    coverage,
    coverage_on_other_halves,
    coverage_per_source,
    fit_three_way,
)


def drawn(random: np.random.Generator, films: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    truth = np.arange(films) % 2 == 0
    return 1 / (1 + np.exp(-random.normal(np.where(truth, apart, -apart), 1.0))), truth


@pytest.mark.parametrize("apart", [0.5, 1.5, 4.0])
def test_new_films_of_either_label_have_the_nominal_coverage(apart: float) -> None:
    random = np.random.default_rng(1)
    found = []
    for _ in range(40):
        answer = fit_three_way(*drawn(random, 600, apart), nominal=0.95)
        found.append(coverage(answer, *drawn(random, 2000, apart)))
    assert np.mean([c.pneumonia for c in found]) > 0.945
    assert np.mean([c.normal for c in found]) > 0.945


def test_a_better_network_is_unsure_less_often() -> None:
    random = np.random.default_rng(1)
    shares = []
    for apart in (0.5, 1.5):
        films = drawn(random, 2000, apart)
        shares.append(coverage(fit_three_way(*films, nominal=0.95), *films).unsure)
    assert shares[0] > 2 * shares[1]


def test_with_too_few_films_every_answer_is_unsure() -> None:
    probability, truth = np.array([0.01, 0.02, 0.98, 0.99]), np.array([False, False, True, True])
    answer = fit_three_way(probability, truth, nominal=0.95)
    assert (answer.normal_below, answer.pneumonia_above) == (0.0, 1.0)
    assert coverage(answer, probability, truth).unsure == 1


def test_films_of_one_label_have_the_coverage_of_that_label_only() -> None:
    answer = fit_three_way(*drawn(np.random.default_rng(1), 600, 1.5), nominal=0.95)
    found = coverage(answer, np.array([0.0, 1.0]), np.array([False, False]))
    assert (found.pneumonia, found.normal, found.unsure) == (None, 0.5, 0.0)


def test_no_patient_is_in_both_halves() -> None:
    """Each film is present four times. If some of its copies were used in the fit, the coverage would be too high."""
    random = np.random.default_rng(2)
    probability, truth = drawn(random, 150, 1.0)
    patients = [str(index) for index in range(150)]
    once = coverage_on_other_halves(probability, truth, patients, nominal=0.9)
    often = coverage_on_other_halves(np.repeat(probability, 4), np.repeat(truth, 4), list(np.repeat(patients, 4)), 0.9)
    assert often.pneumonia is not None
    assert once.pneumonia is not None
    assert often.pneumonia <= once.pneumonia + 0.01


def test_the_coverage_of_a_cards_thresholds_is_measured_per_source(film: Callable[..., Film]) -> None:
    card = {
        "three_way": {
            "nominal": 0.98,
            "normal_below": 0.3,
            "pneumonia_above": 0.6,
            "fitted_on": "some films",
            "measured": {"kermany": {"pneumonia": 0.97, "normal": 0.96, "unsure": 0.1}},
        },
    }
    films = [film(label="PNEUMONIA")] * 4 + [film()] * 4 + [film(source="rsna")] * 2
    probability = np.array([0.29, 0.3, 0.6, 0.9, 0.1, 0.5, 0.6, 0.61, 0.61, 0.2])
    found = coverage_per_source(card, films, probability)
    assert found
    kermany, rsna = found["sources"]["kermany"], found["sources"]["rsna"]
    assert (kermany["pneumonia"], kermany["normal"], kermany["unsure"]) == (0.75, 0.75, 0.5)
    assert kermany["by_the_card"]["pneumonia"] == 0.97
    assert (rsna["pneumonia"], rsna["normal"], rsna["by_the_card"]) == (None, 0.5, None)
