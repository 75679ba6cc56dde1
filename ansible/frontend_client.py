"""A client of the frontend's JSON API, for scripts: the deployment's smoke test, the visitors of the
stand-in cloud, and docker/prometheus/score-reference. It needs the standard library only."""

import json
import ssl
import urllib.request
import uuid
from collections.abc import Iterable
from typing import Any


def upload(url: str, films: Iterable[bytes]) -> urllib.request.Request:
    """Returns the request that sends films to the page at url, which ends with a slash."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="film"; filename="film"\r\nContent-Type: application/octet-stream\r\n\r\n'
    parts = b"".join(head.encode() + film + b"\r\n" for film in films)
    headers = {"Accept": "application/json", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return urllib.request.Request(url + "predict", data=parts + f"--{boundary}--\r\n".encode(), headers=headers)


def predict(url: str, films: Iterable[bytes], *, timeout: float, context: ssl.SSLContext | None = None) -> Any:
    """Sends films and returns the decoded answer. A refusal is a urllib.error.HTTPError."""
    return json.loads(fetch(upload(url, films), timeout=timeout, context=context))


def fetch(request: urllib.request.Request | str, *, timeout: float, context: ssl.SSLContext | None = None) -> bytes:
    with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
        body: bytes = answer.read()
        return body
