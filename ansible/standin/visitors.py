"""Uses the page as a person or a program would, and counts what fails."""

import json
import ssl
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from standin.docker import Failed


def probability(url: str, film: Path, context: ssl.SSLContext | None = None) -> float:
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="film"; filename="film"\r\nContent-Type: application/octet-stream\r\n\r\n'
    request = urllib.request.Request(
        url + "predict",
        data=head.encode() + film.read_bytes() + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Accept": "application/json", "Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=40, context=context) as answer:
        return float(json.load(answer)["films"][0]["probability"])


class Visitors:
    """Ask for the page and for a film's probability, as fast as one address may, until they are told to stop."""

    def __init__(self, url: str, film: Path) -> None:
        self.url, self.film = url, film
        self.asked = 0
        self.slowest = 0.0
        self.failed: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.again, args=way) for way in ((self.score, 0.55), (self.open, 0.1))]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.failed:
            raise Failed(f"{len(self.failed)} of {self.asked} requests failed: {'; '.join(self.failed[:5])}")

    def again(self, ask: Callable[[], None], pause: float) -> None:
        while not self.ended.wait(pause):
            began = time.monotonic()
            try:
                ask()
            except urllib.error.HTTPError as error:
                self.failed.append(f"{ask.__name__} after {time.monotonic() - began:.1f} s: {error} {error.read()[:300]!r}")
            except (OSError, ValueError, KeyError) as error:
                self.failed.append(f"{ask.__name__} after {time.monotonic() - began:.1f} s: {error!r}")
            self.asked += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def score(self) -> None:
        probability(self.url, self.film)

    def open(self) -> None:
        with urllib.request.urlopen(self.url, timeout=40) as answer:
            answer.read()
