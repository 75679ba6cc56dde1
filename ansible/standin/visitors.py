"""Visitors that use the page during an upgrade, and count failed requests."""

import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import frontend_client
from standin.docker import Failed


def probability(url: str, film: Path, context: ssl.SSLContext | None = None) -> float:
    answer = frontend_client.predict(url, [film.read_bytes()], timeout=40, context=context)
    return float(answer["films"][0]["probability"])


class Visitors:
    """Open the page and send a film in a loop, as fast as one address may, until the block ends."""

    def __init__(self, url: str, film: Path) -> None:
        self.url, self.film = url, film
        self.requests = 0
        self.slowest = 0.0
        self.failed: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.loop, args=way) for way in ((self.score, 0.55), (self.open, 0.1))]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.failed:
            raise Failed(f"{len(self.failed)} of {self.requests} requests failed: {'; '.join(self.failed[:5])}")

    def loop(self, request: Callable[[], None], pause: float) -> None:
        while not self.ended.wait(pause):
            began = time.monotonic()
            try:
                request()
            except urllib.error.HTTPError as error:
                self.failed.append(f"{request.__name__} after {time.monotonic() - began:.1f} s: {error} {error.read()[:300]!r}")
            except (OSError, ValueError, KeyError) as error:
                self.failed.append(f"{request.__name__} after {time.monotonic() - began:.1f} s: {error!r}")
            self.requests += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def score(self) -> None:
        probability(self.url, self.film)

    def open(self) -> None:
        with urllib.request.urlopen(self.url, timeout=40) as answer:
            answer.read()
