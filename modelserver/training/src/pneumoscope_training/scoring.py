"""Where probabilities come from: a logged model, or a server that answers MLflow's /invocations."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import yaml

from .calibrate import Numbers
from .evaluate import in_batches
from .export import load_signatures
from .films import Pixels
from .store import in_store

Score = Callable[[Pixels], Numbers]

ROWS = 16  # of a request: 4 MB of numbers
TRIES = 5
TOKENS = [f"[{grey}]" for grey in range(256)]  # of one channel, as text


class ServerError(ValueError):
    """A server gave no probabilities."""


@dataclass(frozen=True)
class Model:
    """A logged model, opened."""

    identifier: str  # m-…, as MLflow names it
    directory: Path
    card: dict[str, Any]
    signatures: dict[str, Any]

    @property
    def thresholds(self) -> dict[str, float]:
        return thresholds_of(self.card)

    def score(self, pixels: Pixels) -> Numbers:
        return in_batches(lambda batch: self.signatures["serving_default"](image=batch)["output_0"].numpy(), pixels)

    def explain(self, pixels: Pixels) -> tuple[Numbers, Numbers]:
        """Probabilities [n] and maps [n, h, w]."""
        answers = [self.signatures["explain"](image=pixels[i : i + 64]) for i in range(0, len(pixels), 64)]
        probability, maps = (
            np.concatenate([answer[name].numpy() for answer in answers]) for name in ("probability", "activation_map")
        )
        return probability.reshape(len(pixels)), maps.reshape(len(pixels), *maps.shape[1:3])

    def novelty(self, pixels: Pixels) -> Numbers | None:
        """How unlike the training films each film is; nothing of a model that does not say, as older ones."""
        rule = self.card.get("novelty")
        return rule and in_batches(lambda batch: self.signatures["explain"](image=batch)[rule["name"]].numpy(), pixels)


def thresholds_of(card: dict[str, Any]) -> dict[str, float]:
    return {point["name"]: point["threshold"] for point in card["operating_points"]}


def open_model(mlruns: Path, uri: str) -> Model:
    """A model by its MLflow URI, or by its directory."""
    if Path(uri).is_dir():
        directory = Path(uri).resolve()
    else:
        with in_store(mlruns):
            directory = Path(mlflow.artifacts.download_artifacts(uri)).resolve()
    identifier = yaml.safe_load((directory / "MLmodel").read_text()).get("model_id") or directory.name
    card = json.loads((directory / "card.json").read_text())
    return Model(identifier, directory, card, load_signatures(str(directory)))


@dataclass(frozen=True)
class Server:
    """A model server, ours or MLflow's own, at http://HOST:PORT."""

    url: str
    token: str = ""

    def card(self) -> tuple[str | None, dict[str, Any] | None]:
        """Which model it serves, and that model's card; nothing where the server does not say, as MLflow's."""
        try:
            model = self._call("/model", None)
        except ServerError:
            return None, None
        return model.get("id"), model.get("card")

    def score(self, pixels: Pixels) -> Numbers:
        rows: list[float] = []
        for start in range(0, len(pixels), ROWS):
            batch = pixels[start : start + ROWS]
            answer = self._call("/invocations", _body(batch))
            found = np.asarray(answer.get("predictions"), np.float64).reshape(-1)
            if len(found) != len(batch):
                raise ServerError(f"{self.url}: {len(found)} predictions for {len(batch)} films")
            rows += found.tolist()
        return np.array(rows)

    def _call(self, path: str, body: bytes | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url.rstrip("/") + path, body, headers)
        for last in [False] * (TRIES - 1) + [True]:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503 or last:
                    raise ServerError(f"{request.full_url}: status {error.code}") from error
                time.sleep(float(error.headers.get("Retry-After") or 1))
            except (OSError, ValueError) as error:
                raise ServerError(f"{request.full_url}: {error}") from error
        raise AssertionError("the last try answers or raises")


def _body(batch: Pixels) -> bytes:
    """As json.dumps would write it, in a tenth of the time: an evaluation is 72 million numbers."""
    films = (
        "[" + ",".join("[" + ",".join(map(TOKENS.__getitem__, row.tobytes())) + "]" for row in film) + "]"
        for film in batch
    )
    return ('{"inputs":[' + ",".join(films) + "]}").encode()
