import numpy as np
import pytest

from pneumoscope_training.judge.auc import area_under_curve, auc_interval
from pneumoscope_training.judge.source_figures import figures_per_source
from pneumoscope_training.judge.terminal_tables import evaluation_table


def test_the_auc_is_the_share_of_correctly_ranked_pairs() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    truth = np.array([True, True, False, False])
    assert area_under_curve(scores, truth) == pytest.approx(3.5 / 4)


def test_films_of_one_label_have_no_auc() -> None:
    assert area_under_curve(np.array([0.1, 0.2]), np.array([False, False])) is None


def test_more_films_of_the_same_patients_do_not_narrow_the_interval() -> None:
    """Ten copies of every film give the same interval."""
    random = np.random.default_rng(0)
    truth = np.arange(40) < 20
    scores = truth + random.normal(0, 1.0, 40)
    patients = [str(index) for index in range(40)]
    low, high = auc_interval(scores, truth, patients) or (0, 0)
    low_10, high_10 = auc_interval(np.repeat(scores, 10), np.repeat(truth, 10), list(np.repeat(patients, 10))) or (
        0,
        0,
    )
    assert high_10 - low_10 == pytest.approx(high - low, rel=0.15)


def test_figures_are_per_source_and_none_where_a_label_is_missing(film) -> None:
    films = [film(label="PNEUMONIA"), film(), film(source="rsna")]
    figures = figures_per_source(films, np.array([0.8, 0.3, 0.6]), {"balanced": 0.5})
    assert figures["kermany"].auc == 1
    assert figures["kermany"].points["balanced"].sensitivity == 1
    assert figures["rsna"].auc is None
    assert figures["rsna"].points["balanced"].sensitivity is None
    assert figures["rsna"].points["balanced"].specificity == 0
    text = evaluation_table({"sources": {source: f.as_json() for source, f in figures.items()}})
    assert text.splitlines()[2].split()[:4] == ["rsna", "1", "0", "-"]
