import numpy as np
import pytest

from pneumoscope_training.conformal import coverage, coverage_on_other_halves, fit_three_way


def drawn(random: np.random.Generator, films: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    truth = np.arange(films) % 2 == 0
    return 1 / (1 + np.exp(-random.normal(np.where(truth, apart, -apart), 1.0))), truth


@pytest.mark.parametrize("apart", [0.5, 1.5, 4.0])
def test_new_films_of_either_label_are_covered_as_promised(apart: float) -> None:
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


def test_too_few_films_promise_nothing_so_every_answer_is_unsure() -> None:
    probability, truth = np.array([0.01, 0.02, 0.98, 0.99]), np.array([False, False, True, True])
    answer = fit_three_way(probability, truth, nominal=0.95)
    assert (answer.normal_below, answer.pneumonia_above) == (0.0, 1.0)
    assert coverage(answer, probability, truth).unsure == 1


def test_films_of_one_label_have_a_coverage_of_that_label_alone() -> None:
    answer = fit_three_way(*drawn(np.random.default_rng(1), 600, 1.5), nominal=0.95)
    found = coverage(answer, np.array([0.0, 1.0]), np.array([False, False]))
    assert (found.pneumonia, found.normal, found.unsure) == (None, 0.5, 0.0)


def test_patients_are_never_on_both_sides() -> None:
    """Each film four times over: films that met their own copies in the fit would be covered too well."""
    random = np.random.default_rng(2)
    probability, truth = drawn(random, 150, 1.0)
    patients = [str(index) for index in range(150)]
    once = coverage_on_other_halves(probability, truth, patients, nominal=0.9)
    often = coverage_on_other_halves(np.repeat(probability, 4), np.repeat(truth, 4), list(np.repeat(patients, 4)), 0.9)
    assert often.pneumonia is not None
    assert once.pneumonia is not None
    assert often.pneumonia <= once.pneumonia + 0.01
