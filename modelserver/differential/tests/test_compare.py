import json

import pytest

from pneumoscope_differential.catalogue import BY_NAME, MODELS, Model
from pneumoscope_differential.compare import Exchange, cause, difference, message_head
from pneumoscope_differential.known import explanation
from pneumoscope_differential.shrink import shrink
from pneumoscope_differential.wire import Answer, Request

JSON = {"content-type": "application/json"}
PLAIN = {"content-type": "text/plain; charset=utf-8"}


def good(numbers: str) -> Answer:
    return Answer(200, JSON, f'{{"predictions": {numbers}}}'.encode())


def bad(code: str, message: str, status: int = 400) -> Answer:
    return Answer(status, JSON, json.dumps({"error_code": code, "message": message}).encode())


def ask(theirs: Answer, ours: Answer, model: str = "pair_float32") -> Exchange:
    return Exchange(BY_NAME[model], Request(body=b'{"inputs": [[1, 2]]}'), theirs, ours)


@pytest.mark.parametrize(
    ("theirs", "ours", "differ"),
    [
        (good("[[1.0, 2.0]]"), good("[[1.0, 2.0]]"), False),
        (good("[[1.0, 2.0]]"), good("[[1.0, 2]]"), True),
        (good("[[1.0, 2.0]]"), good("[[1.0,2.0]]"), True),
        (good("[1.0]"), bad("BAD_REQUEST", "no"), True),
        (bad("BAD_REQUEST", "no"), bad("INVALID_PARAMETER_VALUE", "no"), True),
        (bad("BAD_REQUEST", "Invalid input. float() says"), bad("BAD_REQUEST", "Invalid input. not a number"), False),
        (bad("BAD_REQUEST", "Invalid input. The length of values"), bad("BAD_REQUEST", "Invalid input. no"), True),
        (bad("BAD_REQUEST", "no"), bad("BAD_REQUEST", "no", 500), True),
        (bad("X", "Error: Shape of input (1,) does not"), bad("X", "Error: Shape of input (2,) does not"), True),
        (Answer(405, {**JSON, "allow": "GET"}), Answer(405, {**JSON, "allow": "POST"}), True),
        (Answer(307, {"location": "http://a/ping"}), Answer(307, {"location": "/ping"}), False),
        (Answer(415, PLAIN, b"This predictor only takes"), Answer(415, JSON, b"This predictor only takes"), True),
    ],
)
def test_answers_differ_where_a_client_would_notice(theirs: Answer, ours: Answer, differ: bool) -> None:
    assert (difference(ask(theirs, ours)) is not None) == differ


def test_a_message_is_compared_up_to_its_data() -> None:
    assert message_head("Failed to predict data '[[1]]'. \nError: x") == "Failed to predict data "
    assert message_head("Invalid input. could not convert") == "Invalid input. "
    assert cause("Error: Failed '5'. Error: Model is missing inputs ['x'].") == "Model is missing inputs ["


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_rule_explains_other_numbers(model: Model) -> None:
    assert explanation(ask(good("[[1.0, 2.0]]"), good("[[1.0, 3.0]]"), model.name)) is None


def test_a_request_is_shrunk_while_it_shows_the_difference() -> None:
    request = Request(
        headers=(("Accept", "a"), ("Content-Type", "application/json")), body=b"[" * 300 + b"odd" + b"]" * 300
    )
    small = shrink(request, lambda candidate: b"odd" in (candidate.body or b""))
    assert small == Request(body=b"odd")
