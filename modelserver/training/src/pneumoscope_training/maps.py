"""Whether the activation map says where the score came from: does it need the trained weights, does it agree with
covering the film, and how much of it lies outside the lungs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.stats import rankdata
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from .calibrate import Numbers
from .config import FILM_SIZE
from .films import Film, Pixels
from .scoring import Model

Maps = npt.NDArray[np.float64]

# The lungs' box, as shares of the film's width and height: in the mean film of every source both lungs lie in it.
LUNGS = {"left": 0.10, "right": 0.90, "top": 0.08, "bottom": 0.85}

PATCHES = 7  # on a side, for occlusion
PER_GROUP = 20  # films of each source and label
FINE = 112  # maps are compared with the box at so many cells on a side


def check_maps(model: Model, films: Sequence[Film], pixels: Pixels) -> dict[str, Any]:
    """Per source, means over the films."""
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
        for source in sorted({film.source for film in films})
    }
    even = outside_lungs(np.ones((PATCHES, PATCHES)))
    return {"cells": list(maps.shape[1:]), "lungs": LUNGS, "outside_lungs_if_even": even, "sources": sources}


def sample(films: Sequence[Film]) -> list[int]:
    """Some films of each source and label, spread evenly over the list: the same ones each time."""
    chosen: list[int] = []
    for group in sorted({film.group for film in films}):
        members = [i for i, film in enumerate(films) if film.group == group]
        places = np.linspace(0, len(members) - 1, min(PER_GROUP, len(members)))
        chosen += [members[round(place)] for place in places]
    return chosen


def randomised(model: Model, seed: int = 0) -> Callable[[Pixels], Maps]:
    """The maps of the same graph with the numbers of each kernel shuffled: as large, and in no order."""
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
        batches = [np.asarray(function(tf.constant(pixels[i : i + 64]))[0]) for i in range(0, len(pixels), 64)]
        found = np.concatenate(batches).astype(np.float64)
        return found.reshape(len(pixels), *found.shape[1:3])

    return maps


def _output(model: Model, frozen: Any) -> str:
    """The name of the map's tensor: outputs of a signature are in the order of their names."""
    names = sorted(model.signatures["explain"].structured_outputs)
    return str(frozen.outputs[names.index("activation_map")].name)


def occlusion(score: Callable[[Pixels], Numbers], pixels: Pixels, probability: Numbers) -> Maps:
    """How much of the logit is lost when each patch is covered with the mean of its film, [films, 7, 7]."""
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
    """Share of |map| that lies outside the lungs' box."""
    fine = np.abs(_resized(cells, FINE))
    place = (np.arange(FINE) + 0.5) / FINE
    across = (place > LUNGS["left"]) & (place < LUNGS["right"])
    down = (place > LUNGS["top"]) & (place < LUNGS["bottom"])
    return float(1 - (fine * (down[:, None] & across)).sum() / max(float(fine.sum()), 1e-12))


def rank_correlation(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Spearman's, 0 where one of them is flat."""
    ranks = [rankdata(values.ravel()) for values in (a, b)]
    if any(rank.std() == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _resized(cells: npt.NDArray[Any], side: int) -> Maps:
    """Each cell stays the square that it is."""
    rows, columns = cells.shape
    y, x = (np.arange(side) * rows) // side, (np.arange(side) * columns) // side
    return np.asarray(cells[np.ix_(y, x)], np.float64)


def _logit(probability: Numbers) -> Numbers:
    p = np.clip(np.asarray(probability, np.float64), 1e-7, 1 - 1e-7)
    return np.log(p / (1 - p))
