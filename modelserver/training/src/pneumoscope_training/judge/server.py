"""Gets probabilities from a model server, ours or MLflow's own, over /invocations."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Numbers, Pixels

FILMS_PER_REQUEST = 16  # 4 MB of numbers
MAX_TRIES = 5
GREYS = [f"[{grey}]" for grey in range(256)]  # a pixel of one channel, as JSON


class ServerError(ValueError):
    """A server did not answer with probabilities."""


@dataclass(frozen=True)
class Server:
    url: str  # http://HOST:PORT
    token: str = ""

    def card(self) -> tuple[str | None, dict[str, Any] | None]:
        """The identifier and the card of the served model; None for a server that does not have them, such as
        MLflow's."""
        try:
            model = self._call("/model", None)
        except ServerError:
            return None, None
        return model.get("id"), model.get("card")

    def score(self, pixels: Pixels) -> Numbers:
        rows: list[float] = []
        for start in range(0, len(pixels), FILMS_PER_REQUEST):
            batch = pixels[start : start + FILMS_PER_REQUEST]
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
        for last in [False] * (MAX_TRIES - 1) + [True]:
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
    """What json.dumps would write, in a tenth of the time: an evaluation sends 72 million numbers."""
    films = (
        "[" + ",".join("[" + ",".join(map(GREYS.__getitem__, row.tobytes())) + "]" for row in film) + "]"
        for film in batch
    )
    return ('{"inputs":[' + ",".join(films) + "]}").encode()
