import numpy as np
import pytest

from pneumoscope_training.judge.calibration import expected_calibration_error, fit_calibration, log_loss, sigmoid


@pytest.mark.parametrize(("scale", "bias"), [(1.0, 0.0), (0.4, 1.5), (2.5, -2.0)])
def test_a_known_scale_and_bias_are_found(scale: float, bias: float) -> None:
    random = np.random.default_rng(5)
    honest = random.normal(0, 2, 200_000)
    truth = random.random(honest.shape) < sigmoid(honest)
    found = fit_calibration((honest - bias) / scale, truth)
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert found.bias == pytest.approx(bias, abs=0.05)


def test_the_share_of_pneumonia_does_not_change_the_calibration() -> None:
    random = np.random.default_rng(5)
    ill, well = random.normal(1, 1, 4000), random.normal(-1, 1, 4000)
    even = fit_calibration(np.concatenate([ill, well]), np.arange(8000) < 4000)
    few = fit_calibration(np.concatenate([ill[:400], well]), np.arange(4400) < 400)
    assert few.bias == pytest.approx(even.bias, abs=0.15)
    assert abs(even.bias) < 0.1


def test_perfectly_separated_films_get_no_certainty() -> None:
    logits = np.concatenate([np.linspace(1, 3, 50), np.linspace(-3, -1, 50)])
    found = fit_calibration(logits, np.arange(100) < 50)
    assert 0.9 < sigmoid(found(logits)).max() < 1 - 1e-6


def test_a_network_worse_than_chance_keeps_its_order() -> None:
    logits = np.concatenate([np.linspace(-3, 0, 50), np.linspace(0, 3, 50)])
    found = fit_calibration(logits, np.arange(100) < 50)
    assert (np.diff(found(np.sort(logits))) >= 0).all()


def test_a_calibration_needs_both_labels() -> None:
    with pytest.raises(ValueError, match="both labels"):
        fit_calibration(np.zeros(3), np.array([True, True, True]))


def test_log_loss_of_known_logits() -> None:
    assert log_loss(np.array([0.0, 0.0]), np.array([True, False])) == pytest.approx(np.log(2))
    assert log_loss(np.array([50.0, -800.0]), np.array([True, True])) == pytest.approx(400)


def test_calibrated_probabilities_have_no_error() -> None:
    probability = np.repeat([0.25, 0.75], 400)
    truth = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert expected_calibration_error(probability, truth) == 0


def test_the_error_is_the_distance_weighted_by_films() -> None:
    probability = np.array([0.9, 0.9, 0.9, 0.1])
    truth = np.array([True, False, False, False])
    assert expected_calibration_error(probability, truth) == pytest.approx(0.75 * (0.9 - 1 / 3) + 0.25 * 0.1)
