"""Golden answers: drawn pictures, and the exported model's outputs for them. A model server replays them before it is
ready, so that a broken library or a damaged file is found at the start, not in the answers."""

import base64
import hashlib
from typing import Any

import numpy as np

from ..arrays import Pixels
from ..config import FILM_SIZE

# Absolute. Switching oneDNN on or off, or batching, changes the map by 4e-6 and the probability by 6e-8; the rest is a
# margin for other processors. A wrong kernel or a swapped input differs by orders of magnitude more.
TOLERANCE = 1e-4


def drawn_films() -> Pixels:
    """Four pictures that are not made from any film: a gradient, ellipses, stripes, noise."""
    y, x = np.mgrid[0:FILM_SIZE, 0:FILM_SIZE].astype(np.float64) / (FILM_SIZE - 1)

    gradient = 255.0 * (0.3 * x + 0.7 * y)

    ellipses = np.full_like(x, 170.0)
    for centre, grey in ((0.3, 60.0), (0.7, 70.0)):
        ellipses[((x - centre) / 0.16) ** 2 + ((y - 0.45) / 0.32) ** 2 < 1] = grey

    stripes = 128.0 + 90.0 * np.sign(np.sin(2 * np.pi * 9 * y)) * (x > 0.5) + 40.0 * (x <= 0.25)

    noise = np.random.default_rng(7).integers(0, 256, (FILM_SIZE, FILM_SIZE)).astype(np.float64)

    return np.stack([gradient, ellipses, stripes, noise])[..., None].astype(np.uint8)


def golden(explain: Any) -> dict[str, Any]:
    """The contents of golden.json, from the `explain` signature of the model after it was reloaded from disk."""
    films = drawn_films()
    outputs = {name: tensor.numpy() for name, tensor in explain(image=films).items()}
    return {
        "schema": 1,
        "signature_name": "explain",
        "tolerance": TOLERANCE,
        "inputs": {
            "shape": list(films.shape),
            "dtype": "uint8",
            "sha256": hashlib.sha256(films.tobytes()).hexdigest(),
            "base64": base64.b64encode(films.tobytes()).decode(),
        },
        "outputs": {
            name: {"shape": list(values.shape), "data": values.ravel().tolist()}
            for name, values in sorted(outputs.items())
        },
    }
