"""Training on several machines: each computes the gradients of its part of a batch, and TensorFlow averages them.

Every machine holds all weights, starts with the same ones and makes the same steps, so that only gradients are sent.
TF_CONFIG lists the machines, as for any TensorFlow program.
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
    strategy: Any = None  # None for a single worker

    @property
    def chief(self) -> bool:
        """The chief saves and logs; the others only compute."""
        return self.index == 0

    def averaged(self, compute: Callable[..., Sequence[Tensor]], *arguments: Tensor) -> Sequence[Tensor]:
        """The results of compute, averaged over all workers."""
        if self.strategy is None:
            return compute(*arguments)

        def on_replica(*arguments: Tensor) -> Sequence[Tensor]:
            context = tf.distribute.get_replica_context()
            # all_reduce needs values on the replica's device; a tensor that compute returns unchanged is on none.
            values = [tf.identity(value) for value in compute(*arguments)]
            return context.all_reduce(tf.distribute.ReduceOp.MEAN, values)

        return self.strategy.run(on_replica, args=arguments)


def join() -> Workers:
    """The workers that TF_CONFIG lists, or this process alone. Call this before any other function of TensorFlow."""
    cluster = json.loads(os.environ.get("TF_CONFIG", "{}"))
    workers = cluster.get("cluster", {}).get("worker", [])
    if len(workers) < 2:
        return Workers()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:  # a worker is one replica: to use more GPUs of a machine, start one worker for each
        tf.config.set_visible_devices(gpus[0], "GPU")
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Workers(int(cluster["task"]["index"]), len(workers), strategy)
