"""Uses what was deployed as a person would: opens the page's address and has a drawn film scored."""

import dataclasses
import json
import ssl
import time
import urllib.error
import urllib.request
import uuid


@dataclasses.dataclass(frozen=True)
class Score:
    probability: float
    model: str


def ask(url: str, *, ca: str = "", seconds: float = 60) -> Score:
    """The score of one drawn film, asked for again until there is one or the time is up."""
    context = ssl.create_default_context(cafile=ca or None)
    end = time.monotonic() + seconds
    while True:
        try:
            film = fetch(urllib.request.Request(url + "phantom.png"), context)
            return score(fetch(upload(url, film), context))
        except (OSError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def score(answer: bytes) -> Score:
    document = json.loads(answer)
    try:
        found = Score(float(document["films"][0]["probability"]), str(document["model"]["name"]))
    except (LookupError, TypeError) as error:
        raise ValueError("there is no score in what it answers") from error
    if not 0 <= found.probability <= 1:
        raise ValueError(f"no score is {found.probability}")
    return found


def upload(url: str, film: bytes) -> urllib.request.Request:
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="film"; filename="film.png"\r\nContent-Type: image/png\r\n\r\n'
    body = head.encode() + film + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Accept": "application/json", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return urllib.request.Request(url + "predict", data=body, headers=headers)


def fetch(request: urllib.request.Request, context: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(request, timeout=30, context=context) as answer:
        body: bytes = answer.read()
        return body
