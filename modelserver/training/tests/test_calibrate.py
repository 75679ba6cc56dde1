import numpy as np
import pytest

from pneumoscope_training.calibrate import expected_calibration_error, fit_temperature, sigmoid


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found(temperature: float) -> None:
    random = np.random.default_rng(5)
    honest = random.normal(0, 2, 200_000)
    truth = random.random(honest.shape) < sigmoid(honest)
    assert fit_temperature(honest * temperature, truth) == pytest.approx(temperature, rel=0.02)


def test_films_of_one_label_fit_no_temperature() -> None:
    with pytest.raises(ValueError, match="both labels"):
        fit_temperature(np.zeros(3), np.array([True, True, True]))


def test_honest_probabilities_have_no_error() -> None:
    probability = np.repeat([0.25, 0.75], 400)
    truth = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert expected_calibration_error(probability, truth) == 0


def test_the_error_is_the_distance_weighted_by_films() -> None:
    probability = np.array([0.9, 0.9, 0.9, 0.1])
    truth = np.array([True, False, False, False])
    assert expected_calibration_error(probability, truth) == pytest.approx(0.75 * (0.9 - 1 / 3) + 0.25 * 0.1)
