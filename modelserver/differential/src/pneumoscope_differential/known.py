"""The differences that are meant: one table, each row as narrow as it can be. docs/api.md tells them to clients."""

from collections.abc import Callable
from dataclasses import dataclass

from .compare import Exchange

GET_PATHS = ("/ping", "/health", "/version")


@dataclass(frozen=True)
class Known:
    name: str
    why: str
    holds: Callable[[Exchange], bool]


def _head_of_get(x: Exchange) -> bool:
    return x.request.method == "HEAD" and (x.theirs.status, x.ours.status) == (405, 200)


def _no_content_type(x: Exchange) -> bool:
    return x.request.header("content-type") is None and (x.theirs.status, x.ours.status) == (500, 415)


def _crash(x: Exchange) -> bool:
    return x.theirs.status == 500 and x.theirs.code == "" and x.ours.status == 400 and x.ours.code == "BAD_REQUEST"


KNOWN = (
    Known("HEAD", "MLflow refuses HEAD where it takes GET; probes use it", _head_of_get),
    Known("no Content-Type", "MLflow crashes; it is the request's fault", _no_content_type),
    Known("too long or too deep", "MLflow crashes; it is the request's fault", _crash),
)


def explanation(exchange: Exchange) -> Known | None:
    return next((known for known in KNOWN if known.holds(exchange)), None)
