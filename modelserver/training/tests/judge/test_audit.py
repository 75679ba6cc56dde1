import numpy as np

from conftest import Drawing
from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.judge.audit import CHANGES, covered


def test_a_covered_part_leaves_no_trace() -> None:
    """Two films that differ only in the centre become equal when only the border is left."""
    random = np.random.default_rng(2)
    first = np.asarray(Drawing(random).picture(positive=False))[None, ..., None]
    second = first.copy()
    second[:, 40:180, 40:180] = 250
    both = [CHANGES["only the outer 12 % left"](film) for film in (first, second)]
    np.testing.assert_array_equal(both[0], both[1])
    assert (CHANGES["corners covered"](first)[0, :45, :45] == CHANGES["corners covered"](first)[0, 0, 0]).all()


def test_covering_keeps_the_rest() -> None:
    film = np.arange(FILM_SIZE**2, dtype=np.uint32).reshape(1, FILM_SIZE, FILM_SIZE, 1).astype(np.uint8)
    mask = np.zeros((FILM_SIZE, FILM_SIZE), np.bool_)
    mask[:, 100:] = True
    np.testing.assert_array_equal(covered(mask)(film)[:, :, :100], film[:, :, :100])
