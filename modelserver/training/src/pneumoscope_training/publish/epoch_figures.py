"""The validation after each epoch of a training: a few figures per source that are cheap to compute."""

import functools
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from ..arrays import Pixels
from ..data.manifest import Film, from_source, sources_of, truth_of
from ..judge.auc import area_under_curve
from ..judge.calibration import log_loss
from ..judge.logged_model import in_batches
from ..train.loop import Validate, at_size


def validation(films: Sequence[Film], pixels: Pixels) -> Validate:
    truth = truth_of(films)
    sources = {source: from_source(films, source) for source in sources_of(films)}

    # One graph for each size, kept over the epochs: building one takes seconds.
    @functools.cache
    def score_at(network: keras.Model, size: int) -> Any:
        return tf.function(lambda batch: network(at_size(batch, size), training=False)[0])

    def validate(network: keras.Model, size: int) -> dict[str, float]:
        score = score_at(network, size)
        logits = in_batches(lambda batch: score(tf.constant(batch)).numpy(), pixels)
        figures = {}
        for source, mask in sources.items():
            auc = area_under_curve(logits[mask], truth[mask])
            if auc is not None:
                figures[f"{source}_auc"] = auc
            figures[f"{source}_log_loss"] = log_loss(logits[mask], truth[mask])
        return figures

    return validate
