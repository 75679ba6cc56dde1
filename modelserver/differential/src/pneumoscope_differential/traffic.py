"""Random requests: mostly JSON in a POST, but also anything else that HTTP allows."""

from dataclasses import replace
from random import Random

from .bodies import Bodies
from .catalogue import Model
from .wire import Request

PATHS = (
    *("/invocations", "/ping", "/health", "/version", "/ping/", "/health/", "/version/", "/invocations/", "/"),
    *("//invocations", "/invocation", "/Ping", "/ping?x=1", "/invocations?a=b&c", "/ping/?x=1", "/invocations/x"),
    *("/%70ing", "/ping%2f", "/./ping", "/a/../ping", "/ping//", "/v2/health/live", "/metrics", "/ping;a", "/version?"),
)

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "post", "get", "FILM")

CONTENT_TYPES = (
    *("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json ;"),
    *("application/json; charset=utf8", 'application/json; charset="utf-8"', "application/json; charset=latin-1"),
    *(
        "application/json; Charset=utf-8",
        "application/json; charset=",
        "application/json; charset",
        "application/json;;",
    ),
    *("application/json; charset=utf-8; charset=utf-16", "application/json; charset=utf-16; charset=utf-8"),
    *("application/json; charset = utf-8", "application/json; charset= utf-8", "application/json; charset=utf-8;"),
    *("application/json; format=pandas-split", "application/json; a=1; b=2", "application/json; a; charset=utf-16"),
    *("Application/JSON", "application/jsonx", "json", "*/*", "text/plain", "application/x-www-form-urlencoded"),
    *("multipart/form-data; boundary=x", "text/csv", "text/csv; charset=utf-8", "text/csv; charset=utf-16", "text/CSV"),
    *("application/csv", "application/vnd.apache.parquet", "application/octet-stream", "", ";", "; charset=utf-8"),
    *("application/json, text/csv", "\tapplication/json\t", "application/json;\tcharset=utf-8", "text/json"),
)


def request(model: Model, random: Random) -> Request:
    body = Bodies(model, random).body()
    made = Request(body=body)
    kind = random.random()
    if kind < 0.9:
        return made
    if kind < 0.94:
        return replace(made, headers=_content_types(random), body=_table(random) if random.random() < 0.2 else body)
    if kind < 0.97:
        method = random.choice(METHODS)
        if method in ("GET", "HEAD", "OPTIONS") or random.random() < 0.3:
            made = replace(made, body=None, headers=())
        return replace(made, method=method, path=random.choice(PATHS))
    if kind < 0.98:
        return replace(made, path=random.choice(PATHS))
    sizes = tuple(random.randint(1, 20) for _ in range(random.randrange(1, 4)))
    return random.choice(
        (
            replace(made, chunks=sizes),
            replace(made, headers=(*made.headers, ("Expect", "100-continue"))),
            replace(made, version="1.0"),
            replace(made, version="1.0", host=None),
            replace(made, host=None),
            replace(made, headers=(*made.headers, ("Content-Encoding", "gzip"))),
            replace(made, headers=(*made.headers, ("Accept", "text/html"), ("Accept-Encoding", "gzip"))),
            replace(made, headers=(*made.headers, ("Connection", "close"))),
            replace(made, body=b""),
            replace(made, body=None),
        )
    )


def _content_types(random: Random) -> tuple[tuple[str, str], ...]:
    count = random.choice((0, 1, 1, 1, 1, 1, 2))
    return tuple((random.choice(("Content-Type", "content-type")), random.choice(CONTENT_TYPES)) for _ in range(count))


def _table(random: Random) -> bytes:
    return random.choice((b"a,b\n1,2\n", b"", b"a\n1\n", b"\xff", b"a,b\n1,2,3,4\n5\n", b"PAR1"))
