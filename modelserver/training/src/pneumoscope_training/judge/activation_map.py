"""Checks the activation map: whether it depends on the trained weights, whether it agrees with occlusion of the film,
and how much of it lies outside the lungs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.stats import rankdata
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from ..arrays import Numbers, Pixels
from ..config import FILM_SIZE
from ..data.manifest import Film, sources_of
from .logged_model import BATCH, Model

Maps = npt.NDArray[np.float64]

# The box around the lungs, in shares of the film's width and height. It holds both lungs of every source's mean film.
LUNGS = {"left": 0.10, "right": 0.90, "top": 0.08, "bottom": 0.85}

PATCHES = 7  # on a side, for occlusion
FILMS_PER_GROUP = 20  # of each source and label
FINE = 112  # cells on a side when a map is compared with the box


def check_maps(model: Model, films: Sequence[Film], pixels: Pixels) -> dict[str, Any]:
    """Means over a sample of the films, per source."""
    chosen = sample(films)
    films, pixels = [films[i] for i in chosen], pixels[chosen]
    probability, maps = model.explain(pixels)
    random_maps = randomised(model)(pixels)
    drops = occlusion(model.score, pixels, probability)
    per_film = {
        "agreement_with_occlusion": [rank_correlation(coarse(m), d) for m, d in zip(maps, drops, strict=True)],
        "random_weights_agreement_with_occlusion": [
            rank_correlation(coarse(m), d) for m, d in zip(random_maps, drops, strict=True)
        ],
        "random_weights_likeness": [rank_correlation(m, r) for m, r in zip(maps, random_maps, strict=True)],
        "outside_lungs": [outside_lungs(m) for m in maps],
    }
    sources = {
        source: {
            "films": sum(film.source == source for film in films),
            **{
                name: float(np.mean([v for film, v in zip(films, values, strict=True) if film.source == source]))
                for name, values in per_film.items()
            },
        }
        for source in sources_of(films)
    }
    even = outside_lungs(np.ones((PATCHES, PATCHES)))
    return {"cells": list(maps.shape[1:]), "lungs": LUNGS, "outside_lungs_if_even": even, "sources": sources}


def sample(films: Sequence[Film]) -> list[int]:
    """Indices of some films of each source and label, spread evenly over the list; always the same ones."""
    chosen: list[int] = []
    for group in sorted({film.group for film in films}):
        members = [i for i, film in enumerate(films) if film.group == group]
        positions = np.linspace(0, len(members) - 1, min(FILMS_PER_GROUP, len(members)))
        chosen += [members[round(position)] for position in positions]
    return chosen


def randomised(model: Model, seed: int = 0) -> Callable[[Pixels], Maps]:
    """The maps of the same graph after the weights of each kernel are shuffled."""
    frozen = convert_variables_to_constants_v2(model.signatures["explain"])
    graph = frozen.graph.as_graph_def()
    random = np.random.default_rng(seed)
    for node in graph.node:
        if node.op != "Const" or node.attr["dtype"].type != tf.float32.as_datatype_enum:
            continue
        values = tf.make_ndarray(node.attr["value"].tensor)
        if values.ndim >= 2 and values.size > 16:
            shuffled = random.permutation(values.ravel()).reshape(values.shape)
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(shuffled))
    source, target = frozen.inputs[0].name, _output(model, frozen)
    function = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), []).prune([source], [target])

    def maps(pixels: Pixels) -> Maps:
        batches = [np.asarray(function(tf.constant(pixels[i : i + BATCH]))[0]) for i in range(0, len(pixels), BATCH)]
        found = np.concatenate(batches).astype(np.float64)
        return found.reshape(len(pixels), *found.shape[1:3])

    return maps


def _output(model: Model, frozen: Any) -> str:
    """The name of the map's tensor: a signature's outputs are sorted by name."""
    names = sorted(model.signatures["explain"].structured_outputs)
    return str(frozen.outputs[names.index("activation_map")].name)


def occlusion(score: Callable[[Pixels], Numbers], pixels: Pixels, probability: Numbers) -> Maps:
    """The loss of logit when each patch is covered with the mean of its film, [films, PATCHES, PATCHES]."""
    side = FILM_SIZE // PATCHES
    means = pixels.mean((1, 2, 3)).astype(np.uint8)[:, None, None, None]
    drops = np.empty((len(pixels), PATCHES, PATCHES))
    for y in range(PATCHES):
        for x in range(PATCHES):
            covered = pixels.copy()
            covered[:, y * side : (y + 1) * side, x * side : (x + 1) * side] = means
            drops[:, y, x] = _logit(probability) - _logit(score(covered))
    return drops


def coarse(cells: npt.NDArray[Any]) -> Maps:
    """A map at the resolution of the patches."""
    return _resized(cells, PATCHES * 4).reshape(PATCHES, 4, PATCHES, 4).mean((1, 3))


def outside_lungs(cells: npt.NDArray[Any]) -> float:
    """The share of the map's absolute value outside the box around the lungs."""
    fine = np.abs(_resized(cells, FINE))
    position = (np.arange(FINE) + 0.5) / FINE
    across = (position > LUNGS["left"]) & (position < LUNGS["right"])
    down = (position > LUNGS["top"]) & (position < LUNGS["bottom"])
    return float(1 - (fine * (down[:, None] & across)).sum() / max(float(fine.sum()), 1e-12))


def rank_correlation(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Spearman's rank correlation; 0 where one of the two is constant."""
    ranks = [rankdata(values.ravel()) for values in (a, b)]
    if any(rank.std() == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _resized(cells: npt.NDArray[Any], side: int) -> Maps:
    """Repeats cells without interpolation."""
    rows, columns = cells.shape
    y, x = (np.arange(side) * rows) // side, (np.arange(side) * columns) // side
    return np.asarray(cells[np.ix_(y, x)], np.float64)


def _logit(probability: Numbers) -> Numbers:
    p = np.clip(np.asarray(probability, np.float64), 1e-7, 1 - 1e-7)
    return np.log(p / (1 - p))
