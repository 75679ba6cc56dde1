"""Tests a deployment as a person would use it: gets a drawn film from the page and sends it back to be scored."""

import dataclasses
import ssl
import time
from typing import Any

import frontend_client


@dataclasses.dataclass(frozen=True)
class Score:
    probability: float
    model: str


def score(url: str, *, ca: str = "", seconds: float = 60) -> Score:
    """Returns the score of one drawn film. Tries again until there is one or the time is up."""
    context = ssl.create_default_context(cafile=ca or None)
    end = time.monotonic() + seconds
    while True:
        try:
            film = frontend_client.fetch(url + "phantom.png", timeout=30, context=context)
            return read(frontend_client.predict(url, [film], timeout=30, context=context))
        except (OSError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def read(answer: Any) -> Score:
    try:
        found = Score(float(answer["films"][0]["probability"]), str(answer["model"]["name"]))
    except (LookupError, TypeError) as error:
        raise ValueError("the answer has no score") from error
    if not 0 <= found.probability <= 1:
        raise ValueError(f"the score {found.probability} is not between 0 and 1")
    return found
