"""Shrinks a request that shows a difference."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from .wire import Request

MAX_TRIES = 400


def shrink(request: Request, still: Callable[[Request], bool]) -> Request:
    """The smallest request that was found and still shows the difference, as `still` reports."""
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(request):
            tries += 1
            if tries > MAX_TRIES:
                return request
            if still(candidate):
                request, smaller = candidate, True
                break
    return request


def _smaller(request: Request) -> Iterator[Request]:
    if request.chunks:
        yield replace(request, chunks=())
    for at in range(len(request.headers)):
        if request.headers[at] != ("Content-Type", "application/json"):
            yield replace(request, headers=request.headers[:at] + request.headers[at + 1 :])
    body = request.body or b""
    size = len(body) // 2
    while size >= 1:
        for start in range(0, len(body), size):
            yield replace(request, body=body[:start] + body[start + size :])
        size //= 2
