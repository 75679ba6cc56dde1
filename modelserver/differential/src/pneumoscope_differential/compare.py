"""Compares two answers to one request, as far as a client can rely on them."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from .catalogue import Model
from .wire import Answer, Request

HEAD = 40  # characters of a message that are compared


@dataclass(frozen=True)
class Exchange:
    """A request and both answers."""

    model: Model
    request: Request
    theirs: Answer
    ours: Answer

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.request.body or b"")
        except (ValueError, RecursionError):
            return None

    @property
    def members(self) -> dict[str, Any]:
        return self.json if isinstance(self.json, dict) else {}

    @property
    def split(self) -> dict[str, Any]:
        """The members of "dataframe_split"."""
        frame = self.members.get("dataframe_split")
        return frame if isinstance(frame, dict) else {}


# How MLflow's own messages continue after "Invalid input. ". Any other text there comes from Python, NumPy or pandas.
MLFLOW_TEXTS = (
    "Ensure that",
    "The input must be",
    "Failed to parse input data",
    "Failed to convert data",
    "The length of values",
    "Dataframe split format",
    "Dataframe records format",
    "Data is not compatible",
)


def message_head(message: str) -> str:
    """The beginning of a message, before any data, names, numbers or sets."""
    start = "Invalid input. "
    if message.startswith(start) and not message[len(start) :].startswith(MLFLOW_TEXTS):
        return start
    return re.split(r"[0-9'\"`{\[(<]", message[:HEAD])[0]


CAUSE = re.compile(
    r"Error: ((?:Shape of input|Model is missing inputs|This model contains|Parameters must be|"
    r"Input DataFrame is empty|Because the model signature|For pandas dataframe input)[^'\"]*)",
    re.DOTALL,
)


def cause(message: str) -> str:
    """The text after the last "Error: " if it is MLflow's own: it names shapes and inputs, and no data."""
    found = CAUSE.findall(message)
    return str(found[-1]) if found else ""


def difference(exchange: Exchange) -> str | None:
    """How the two answers differ, in the same text for all differences of one kind; None if they do not differ."""
    theirs, ours = exchange.theirs, exchange.ours
    if theirs.status != ours.status:
        return f"{_summary(theirs)}, here {_summary(ours)}"
    if 300 <= theirs.status < 400:
        same = urlsplit(theirs.headers.get("location", "")).path == urlsplit(ours.headers.get("location", "")).path
        return None if same else "Location"
    if _content_type(theirs) != _content_type(ours):
        return f"Content-Type {_content_type(theirs)}, here {_content_type(ours)}"
    if _methods(theirs) != _methods(ours):
        return f"Allow {_methods(theirs)}, here {_methods(ours)}"
    if exchange.request.method == "HEAD":
        return None
    if theirs.code or ours.code:
        return _error_difference(theirs, ours)
    if theirs.status == 415:
        text, head = ours.body.decode("utf-8", "replace"), message_head(theirs.body.decode("utf-8", "replace"))
        head = head.split(":")[0]  # a set of parameters may follow
        return None if text.startswith(head) else f"text {head!r}"
    return None if theirs.body == ours.body else f"body with {theirs.status}"


def _error_difference(theirs: Answer, ours: Answer) -> str | None:
    if theirs.code != ours.code:
        return f"{_summary(theirs)}, here {_summary(ours)}"
    head = message_head(theirs.message)
    if not ours.message.startswith(head):
        return f"message {head!r}"
    if ours.error.get("stack_trace"):
        return "a stack trace"
    why = cause(theirs.message)
    return None if why in ours.message else f"cause {why.split('.')[0][:HEAD]!r}"


def _summary(answer: Answer) -> str:
    if answer.status == 0:
        return "no answer"
    return f"{answer.status} {answer.code or _content_type(answer)} {message_head(answer.message).strip()}".strip()


def _content_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").lower().replace(" ", "")


def _methods(answer: Answer) -> list[str]:
    return sorted(method.strip() for method in answer.headers.get("allow", "").split(",") if method.strip())
