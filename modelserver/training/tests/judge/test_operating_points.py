import numpy as np
import pytest

from pneumoscope_training.judge.operating_points import choose_operating_points, confusion


def thresholds(probability: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    return {point.name: point.threshold for point in choose_operating_points(probability, truth, "these films")}


def test_overlapping_films_give_three_thresholds_in_order() -> None:
    """Fifty films of each label: one miss and one false alarm are allowed (.98)."""
    positives = np.concatenate([[0.05, 0.15, 0.8, 0.82], np.full(46, 0.9)])
    negatives = np.concatenate([[0.95, 0.85, 0.45, 0.35, 0.25], np.full(45, 0.1)])
    probability = np.concatenate([positives, negatives])
    truth = np.arange(100) < 50
    points = thresholds(probability, truth)
    assert points["screening"] == pytest.approx((0.1 + 0.15) / 2)
    assert points["balanced"] == pytest.approx((0.45 + 0.8) / 2)
    assert points["confirming"] == pytest.approx((0.85 + 0.9) / 2)
    assert confusion(probability, truth, points["screening"]) == {"tp": 49, "fn": 1, "tn": 45, "fp": 5}
    assert confusion(probability, truth, points["balanced"]) == {"tp": 48, "fn": 2, "tn": 48, "fp": 2}
    assert confusion(probability, truth, points["confirming"]) == {"tp": 46, "fn": 4, "tn": 49, "fp": 1}


def test_perfectly_separated_films_share_one_threshold() -> None:
    """Both targets hold over a range of thresholds, so all three points are at the balanced threshold."""
    probability = np.concatenate([np.linspace(0.6, 0.9, 200), np.linspace(0.1, 0.4, 200)])
    truth = np.arange(400) < 200
    points = choose_operating_points(probability, truth, "these films")
    assert [point.threshold for point in points] == [pytest.approx(0.5)] * 3
    assert points[0].rule.endswith("lowered to the balanced threshold.")
    assert points[2].rule.endswith("raised to the balanced threshold.")


def test_targets_hold_even_when_films_are_indistinguishable() -> None:
    points = thresholds(np.full(10, 1.0), np.arange(10) < 5)
    assert points["screening"] <= points["balanced"] <= points["confirming"]
    assert confusion(np.full(10, 1.0), np.arange(10) < 5, points["screening"])["fn"] == 0
    assert confusion(np.full(10, 1.0), np.arange(10) < 5, points["confirming"])["fp"] == 0
