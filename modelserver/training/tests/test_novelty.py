import numpy as np
import pytest

from pneumoscope_training.novelty import MOST, MOST_FILMS, films_to_fit, fit_novelty, threshold

GROUPS = [("kermany", "NORMAL")] * 300 + [("rsna", "NORMAL")] * 300


def features(random: np.random.Generator, offset: float = 0.0) -> np.ndarray:
    """Two groups far apart, with features that go together and are of very different sizes."""
    mixing = np.random.default_rng(9).normal(size=(12, 12)) * np.logspace(-2, 2, 12)
    centres = np.where(np.arange(600)[:, None] < 300, -20.0, 20.0)
    return (random.normal(size=(600, 12)) + centres + offset) @ mixing


def test_films_like_those_of_the_training_are_about_one_away() -> None:
    random = np.random.default_rng(1)
    novelty = fit_novelty(features(random), GROUPS).of(features(random))
    assert 0.8 < np.median(novelty) < 1.2
    assert novelty.max() < 2.5


def test_a_film_between_two_groups_is_unlike_both() -> None:
    random = np.random.default_rng(1)
    fitted = fit_novelty(features(random), GROUPS)
    between = (features(random)[:300] + features(random)[300:]) / 2
    assert fitted.of(between).min() > 3


def test_the_distance_ends_somewhere() -> None:
    random = np.random.default_rng(1)
    assert fit_novelty(features(random), GROUPS).of(features(random, offset=1e6)).max() == MOST


def test_a_feature_that_is_always_the_same_divides_by_nothing() -> None:
    dead = features(np.random.default_rng(1))
    dead[:, 3] = 0
    assert np.isfinite(fit_novelty(dead, GROUPS).of(dead)).all()


@pytest.mark.parametrize(("number", "above"), [(6, 0), (100, 1), (155, 1), (200, 2)])
def test_no_source_has_more_than_one_in_a_hundred_above_the_threshold(number: int, above: int) -> None:
    novelty = np.concatenate([np.linspace(0, 1, 1000), np.linspace(0, 2, number)])
    sources = ["rsna"] * 1000 + ["nih"] * number
    assert (novelty[1000:] > threshold(novelty, sources)).sum() == above
    assert (novelty[:1000] > threshold(novelty, sources)).sum() == 0


def test_no_group_gives_more_films_than_are_of_use(film) -> None:
    films = [film()] * (MOST_FILMS + 50) + [film(source="nih")] * 20
    chosen = films_to_fit(films, seed=1)
    assert len(chosen) == MOST_FILMS + 20
    assert len(set(chosen.tolist())) == len(chosen)
