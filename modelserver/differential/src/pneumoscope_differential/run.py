"""Sends the same requests to both servers and collects the differences."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from .catalogue import Model
from .compare import Exchange, difference
from .known import explanation
from .servers import HOST
from .shrink import shrink
from .traffic import request as random_request
from .wire import Connection, Request

CONCURRENT = 3  # requests in flight


@dataclass
class Found:
    """The differences of one kind, which no deviation explains."""

    kind: str
    exchange: Exchange  # the first one, shrunk
    times: int = 1


@dataclass
class Report:
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)  # MLflow's
    explained: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)


class Asker:
    """One connection to each server."""

    def __init__(self, model: Model, theirs: int, ours: int) -> None:
        self._model = model
        self._theirs = Connection(HOST, theirs)
        self._ours = Connection(HOST, ours)

    def ask(self, request: Request) -> Exchange:
        exchange = Exchange(self._model, request, self._theirs.ask(request), self._ours.ask(request))
        if exchange.theirs.status == 0 and not self._theirs.can_be_opened():
            raise RuntimeError(f"MLflow has crashed at or before {request}")
        return exchange

    def close(self) -> None:
        self._theirs.close()
        self._ours.close()


def unexplained(exchange: Exchange) -> str | None:
    kind = difference(exchange)
    return None if kind is None or explanation(exchange) else kind


def compare_model(model: Model, theirs: int, ours: int, count: int, seed: str, report: Report) -> None:
    """Sends count random requests and adds the differences to the report."""
    lock = threading.Lock()
    first: dict[str, Found] = {}

    def some(numbers: Iterator[int]) -> None:
        asker = Asker(model, theirs, ours)
        for number in numbers:
            # Each request has a seed of its own, so it does not depend on the requests before it.
            exchange = asker.ask(random_request(model, Random(f"{seed}/{model.name}/{number}")))
            with lock:
                _count(exchange, report, first)
        asker.close()

    with ThreadPoolExecutor(CONCURRENT) as pool:
        for task in [pool.submit(some, iter(range(start, count, CONCURRENT))) for start in range(CONCURRENT)]:
            task.result()
    asker = Asker(model, theirs, ours)
    for kind, found in first.items():

        def still(smaller: Request, kind: str = kind) -> bool:
            return unexplained(asker.ask(smaller)) == kind

        found.exchange = asker.ask(shrink(found.exchange.request, still))
    asker.close()
    report.found += first.values()


def _count(exchange: Exchange, report: Report, first: dict[str, Found]) -> None:
    report.requests += 1
    report.statuses[exchange.theirs.status] += 1
    kind = difference(exchange)
    if kind is None:
        return
    if deviation := explanation(exchange):
        report.explained[deviation.name] += 1
    elif kind in first:
        first[kind].times += 1
    else:
        first[kind] = Found(kind, exchange)
