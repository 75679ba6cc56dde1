"""Several machines: each computes the gradients of its part of a batch, and TensorFlow averages them.

Every machine keeps all weights, begins with the same ones and makes the same steps, so there is nothing to send
but gradients. TF_CONFIG says who they are, as for any program of TensorFlow.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

Tensor = Any


@dataclass(frozen=True)
class Workers:
    index: int = 0
    number: int = 1
    strategy: Any = None  # None when alone

    @property
    def chief(self) -> bool:
        """The one that saves and logs; the others only compute."""
        return self.index == 0

    def together(self, compute: Callable[..., Sequence[Tensor]], *arguments: Tensor) -> Sequence[Tensor]:
        """What compute gives, averaged over all workers."""
        if self.strategy is None:
            return compute(*arguments)

        def averaged(*arguments: Tensor) -> Sequence[Tensor]:
            context = tf.distribute.get_replica_context()
            # Values must lie on the replica's device; what merely passes through has none.
            values = [tf.identity(value) for value in compute(*arguments)]
            return context.all_reduce(tf.distribute.ReduceOp.MEAN, values)

        return self.strategy.run(averaged, args=arguments)


def join() -> Workers:
    """The workers that TF_CONFIG names, else this process alone. Must come before anything else of TensorFlow."""
    cluster = json.loads(os.environ.get("TF_CONFIG", "{}"))
    workers = cluster.get("cluster", {}).get("worker", [])
    if len(workers) < 2:
        return Workers()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:  # a worker is one replica: for more GPUs of a machine, start as many workers
        tf.config.set_visible_devices(gpus[0], "GPU")
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Workers(int(cluster["task"]["index"]), len(workers), strategy)
