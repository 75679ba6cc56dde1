"""The same recipe on the same films gives the same weights, bit for bit. Seeds are not enough for that, because a sum
of floats depends on the order of its terms."""

import tensorflow as tf


def make_deterministic(threads: int = 0) -> None:
    """Call this before any other function of TensorFlow. `threads` is the number of threads within an operation (0:
    one for each core); the result depends on it, because it decides how sums are split."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    # With two, operations run concurrently, and two runs differed after three steps at 160 pixels.
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
