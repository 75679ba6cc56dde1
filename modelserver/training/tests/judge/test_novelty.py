from collections.abc import Callable

import numpy as np
import pytest

from pneumoscope_training.data.manifest import Film
from pneumoscope_training.judge.novelty import (
    MAX_FILMS_PER_GROUP,
    MAX_NOVELTY,
    films_to_fit,
    fit_novelty,
    novelty_per_source,
    threshold,
)

GROUPS = [("kermany", "NORMAL")] * 300 + [("rsna", "NORMAL")] * 300


def features(random: np.random.Generator, offset: float = 0.0) -> np.ndarray:
    """Two distant groups, with correlated features of very different scales."""
    mixing = np.random.default_rng(9).normal(size=(12, 12)) * np.logspace(-2, 2, 12)
    centres = np.where(np.arange(600)[:, None] < 300, -20.0, 20.0)
    return (random.normal(size=(600, 12)) + centres + offset) @ mixing


def test_films_like_the_training_films_have_a_novelty_of_about_one() -> None:
    random = np.random.default_rng(1)
    novelty = fit_novelty(features(random), GROUPS).of(features(random))
    assert 0.8 < np.median(novelty) < 1.2
    assert novelty.max() < 2.5


def test_a_film_between_two_groups_is_unlike_both() -> None:
    random = np.random.default_rng(1)
    fitted = fit_novelty(features(random), GROUPS)
    between = (features(random)[:300] + features(random)[300:]) / 2
    assert fitted.of(between).min() > 3


def test_the_novelty_is_capped() -> None:
    random = np.random.default_rng(1)
    assert fit_novelty(features(random), GROUPS).of(features(random, offset=1e6)).max() == MAX_NOVELTY


def test_a_constant_feature_causes_no_division_by_zero() -> None:
    constant = features(np.random.default_rng(1))
    constant[:, 3] = 0
    assert np.isfinite(fit_novelty(constant, GROUPS).of(constant)).all()


@pytest.mark.parametrize(("number", "above"), [(6, 0), (100, 1), (155, 1), (200, 2)])
def test_no_source_has_more_than_one_in_a_hundred_above_the_threshold(number: int, above: int) -> None:
    novelty = np.concatenate([np.linspace(0, 1, 1000), np.linspace(0, 2, number)])
    sources = ["rsna"] * 1000 + ["nih"] * number
    assert (novelty[1000:] > threshold(novelty, sources)).sum() == above
    assert (novelty[:1000] > threshold(novelty, sources)).sum() == 0


def test_the_films_of_a_group_are_limited(film) -> None:
    films = [film()] * (MAX_FILMS_PER_GROUP + 50) + [film(source="nih")] * 20
    chosen = films_to_fit(films, seed=1)
    assert len(chosen) == MAX_FILMS_PER_GROUP + 20
    assert len(set(chosen.tolist())) == len(chosen)


def test_films_above_the_cards_threshold_are_counted(film: Callable[..., Film]) -> None:
    card = {"novelty": {"name": "novelty", "threshold": 1.5}}
    films = [film()] * 4 + [film(source="rsna")] * 2
    found = novelty_per_source(card, films, np.array([1.0, 1.5, 1.6, 9.0, 1.0, 1.2]))
    assert found
    assert {source: f["above"] for source, f in found["sources"].items()} == {"kermany": 0.5, "rsna": 0}
