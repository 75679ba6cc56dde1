import json
from random import Random

import pytest

from pneumoscope_differential.catalogue import BY_NAME, MODELS, Model
from pneumoscope_differential.traffic import request
from pneumoscope_differential.wire import Request


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_seed_reproduces_the_requests(model: Model) -> None:
    first, second = ([request(model, Random(f"7/{n}")) for n in range(50)] for _ in range(2))
    assert first == second
    assert len({made.to_bytes() for made in first}) > 40


def test_a_kept_request_is_read_back_unchanged() -> None:
    for n in range(300):
        made = request(BY_NAME["params"], Random(n))
        assert Request.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_chunked_body_is_complete() -> None:
    made = Request(headers=(), body=b"0123456789", chunks=(3, 4))
    assert made.to_bytes().endswith(b"\r\n\r\n3\r\n012\r\n4\r\n3456\r\n3\r\n789\r\n0\r\n\r\n")


def test_many_requests_are_valid_json_and_many_are_not() -> None:
    valid = 0
    for n in range(500):
        try:
            json.loads(request(BY_NAME["pair_float32"], Random(n)).body or b"")
            valid += 1
        except ValueError:
            continue
    assert 350 < valid < 480
