"""The files that Schemathesis sends as films: a film, the beginning of one, and random bytes."""

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies

FILM = Path(os.environ["FILM"]).read_bytes()

schemathesis.openapi.format(
    "binary",
    strategies.one_of(
        strategies.just(FILM),
        strategies.integers(0, len(FILM)).map(lambda cut: FILM[:cut]),
        strategies.binary(max_size=2000),
    ),
)
