"""Requests and answers as bytes on a plain socket, so that no client library adds or hides anything."""

import base64
import json
import socket
from dataclasses import dataclass, field, replace
from typing import Any

ANSWER_SECONDS = 90.0


@dataclass(frozen=True)
class Request:
    method: str = "POST"
    path: str = "/invocations"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes | None = None
    chunks: tuple[int, ...] = ()  # the body is sent in chunks of these sizes, and the rest in one more
    version: str = "1.1"
    host: str | None = "localhost"

    def header(self, name: str) -> str | None:
        """The first header of a name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def to_bytes(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/{self.version}"]
        if self.host is not None:
            lines.append(f"Host: {self.host}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        payload = self.body or b""
        if self.chunks:
            lines.append("Transfer-Encoding: chunked")
            payload = _chunked(payload, self.chunks)
        elif self.body is not None:
            lines.append(f"Content-Length: {len(payload)}")
        return "".join(line + "\r\n" for line in [*lines, ""]).encode("latin-1") + payload

    def to_json(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        body = fields.pop("body")
        return {**fields, "body": None if body is None else base64.b64encode(body).decode()}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Request":
        body = fields["body"]
        return replace(
            cls(**{**fields, "body": None if body is None else base64.b64decode(body)}),
            headers=tuple((name, value) for name, value in fields["headers"]),
            chunks=tuple(fields["chunks"]),
        )


def _chunked(payload: bytes, sizes: tuple[int, ...]) -> bytes:
    pieces = []
    for size in sizes:
        pieces.append(payload[:size])
        payload = payload[size:]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in [*pieces, payload] if p) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    status: int  # 0: the connection was closed without an answer
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def error(self) -> dict[str, Any]:
        """The members of an error object; empty if the body is not one."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) and "error_code" in value else {}

    @property
    def code(self) -> str:
        return str(self.error.get("error_code", ""))

    @property
    def message(self) -> str:
        return str(self.error.get("message", ""))


class Connection:
    """A connection that is opened when it is needed and kept open as HTTP allows."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._buffer = b""

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def can_be_opened(self) -> bool:
        try:
            socket.create_connection(self._address, ANSWER_SECONDS).close()
        except OSError:
            return False
        return True

    def ask(self, request: Request) -> Answer:
        kept = self._socket is not None
        try:
            return self._ask(request)
        except (OSError, EOFError):
            self.close()
            if not kept:
                return Answer(0)
        # The server may have closed the kept connection before it read the request.
        try:
            return self._ask(request)
        except (OSError, EOFError):
            self.close()
            return Answer(0)

    def _ask(self, request: Request) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, ANSWER_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._buffer = b""
        self._socket.sendall(request.to_bytes())
        status, headers = self._head()
        while 100 <= status < 200:
            status, headers = self._head()
        body = self._body(request, status, headers)
        if headers.get("connection", "").lower() == "close" or request.version == "1.0":
            self.close()
        return Answer(status, headers, body)

    def _head(self) -> tuple[int, dict[str, str]]:
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return int(lines[0].split(" ")[1]), headers

    def _body(self, request: Request, status: int, headers: dict[str, str]) -> bytes:
        if request.method == "HEAD" or status in (204, 304):
            return b""
        if "chunked" in headers.get("transfer-encoding", ""):
            body = b""
            while size := int(self._until(b"\r\n"), 16):
                body += self._exactly(size)
                self._until(b"\r\n")
            self._until(b"\r\n")
            return body
        if "content-length" in headers:
            return self._exactly(int(headers["content-length"]))
        while self._fill():
            pass
        body, self._buffer = self._buffer, b""
        return body

    def _fill(self) -> bool:
        assert self._socket is not None
        data = self._socket.recv(1 << 16)
        self._buffer += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            if not self._fill():
                raise EOFError
        part, self._buffer = self._buffer.split(mark, 1)
        return part

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not self._fill():
                raise EOFError
        part, self._buffer = self._buffer[:count], self._buffer[count:]
        return part
