import numpy as np
import pytest

from pneumoscope_training.judge.intervals import patients_drawn, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)]
)
def test_wilson_intervals_match_textbook_values(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_without_trials_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


def test_films_of_a_patient_are_drawn_together() -> None:
    times = patients_drawn(["a", "a", "b", "", ""])
    assert (times[:, 0] == times[:, 1]).all()
    assert (times[:, 3] != times[:, 4]).any(), "each film without a patient is drawn independently"
    np.testing.assert_array_equal(times[:, [0, 2, 3, 4]].sum(1), 4)
