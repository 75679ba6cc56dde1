import numpy as np
import tensorflow as tf

from pneumoscope_training.train.step import divergence


def test_disagreement_costs_most_where_it_changes_the_answer() -> None:
    one, other = tf.constant([1.0, 9.0, 2.0]), tf.constant([-1.0, 7.0, 2.0])
    about_the_answer, about_how_sure, none = divergence(one, other).numpy()
    assert about_the_answer > 100 * about_how_sure > 0
    assert none == 0
    np.testing.assert_allclose(divergence(other, one), divergence(one, other))
