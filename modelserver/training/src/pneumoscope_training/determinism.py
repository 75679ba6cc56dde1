"""The same weights, to the last bit, from the same recipe on the same films: what a run is told must say what comes of
it. Seeds are not enough, because a sum of floats depends on the order of its parts."""

import tensorflow as tf


def make_deterministic(threads: int = 0) -> None:
    """Threads are those within an operation; 0 means one for each core. Their number counts too: it says how sums are
    cut. Must come before anything else of TensorFlow."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    # With two, so that operations run beside each other, runs were seen to part after three steps at 160 pixels.
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
