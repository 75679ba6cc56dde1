from collections.abc import Callable

import numpy as np
import pytest

from pneumoscope_training.data.manifest import Film
from pneumoscope_training.judge.perturbations import UNCHANGED
from pneumoscope_training.publish.promotion import Scored, compare, comparison_table, floor, why_not

SOURCES = ("kermany", "nih")


@pytest.fixture
def films(film: Callable[..., Film]) -> list[Film]:
    return [film(source=s, label=label) for s in SOURCES for label in ("NORMAL", "PNEUMONIA") for _ in range(200)]


def scored(films: list[Film], others: bool = False, **wrong: dict[str, float]) -> Scored:
    """A model that is wrong about a share of a source's films, for each perturbation: about the first films, or with
    `others` about the last ones."""
    scores = {}
    for name in (UNCHANGED, "cropped"):
        p = np.array([0.9 if f.positive else 0.1 for f in films])
        for source in SOURCES:
            for positive in (False, True):
                here = [i for i, f in enumerate(films) if f.source == source and f.positive == positive]
                flipped = here[:: -1 if others else 1][: round(len(here) * wrong.get(source, {}).get(name, 0.1))]
                p[flipped] = 1 - p[flipped]
        scores[name] = p
    return Scored(scores, 0.5)


def test_the_floor_is_the_lowest_of_all_perturbations(films: list[Film]) -> None:
    model = scored(films, kermany={UNCHANGED: 0.1, "cropped": 0.3})
    kermany = np.arange(400)
    truth = np.array([f.positive for f in films])[kermany]
    scores = {name: p[kermany] for name, p in model.scores.items()}
    assert floor(scores, truth, 0.5, np.ones((1, 400), np.int64)) == pytest.approx(0.7)


def test_an_equal_model_is_not_better(films: list[Film]) -> None:
    assert why_not(compare(films, scored(films), scored(films))) == "no source's floor is surely better"


def test_a_model_that_is_robust_to_cropping_is_better(films: list[Film]) -> None:
    champion = scored(films, kermany={"cropped": 0.3})
    assert why_not(compare(films, champion, scored(films))) is None


def test_a_gain_at_one_source_does_not_offset_a_loss_at_another(films: list[Film]) -> None:
    champion = scored(films, kermany={"cropped": 0.3})
    candidate = scored(films, nih={"cropped": 0.25})
    comparisons = compare(films, champion, candidate)
    assert why_not(comparisons) == "surely worse: floor of nih"
    assert [line.split()[:2] for line in comparison_table(comparisons).splitlines()[1:]] == [
        ["kermany", "floor"],
        ["kermany", "AUC"],
        ["nih", "floor"],
        ["nih", "AUC"],
    ]


def test_the_worst_floor_may_not_fall_at_all(films: list[Film]) -> None:
    champion = scored(films, kermany={UNCHANGED: 0.2, "cropped": 0.2}, nih={"cropped": 0.3})
    candidate = scored(films, others=True, kermany={UNCHANGED: 0.1, "cropped": 0.1}, nih={"cropped": 0.31})
    assert why_not(compare(films, champion, candidate)) == "the worst source's floor falls from 0.700 to 0.690"


def test_a_source_of_one_label_counts_by_its_only_share(film: Callable[..., Film]) -> None:
    films = [film(source="rsna")] * 100
    old, new = (Scored({UNCHANGED: np.where(np.arange(100) < n, 0.9, 0.1)}, 0.5) for n in (30, 10))
    (only,) = compare(films, old, new)
    assert (only.figure, only.champion, only.candidate) == ("floor", pytest.approx(0.7), pytest.approx(0.9))
    assert why_not([only]) is None
