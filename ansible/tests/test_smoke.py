"""After a deployment one drawn film is scored, as a person would do it."""

import json

import pytest

from deploy import smoke
from tests.conftest import SCORED
from tests.operator import Operator
from tests.server import Answer, Request, Server, serving


class Clock:
    """Time that passes only during sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(smoke, "time", clock)
    return clock


def test_the_page_s_own_film_is_scored(page: Server) -> None:
    score = smoke.score(f"http://{page.host}/")
    assert (score.probability, score.model) == (0.25, "pneumonia")
    drawn, upload = page.requests
    assert (drawn.method, drawn.path) == ("GET", "/phantom.png")
    assert (upload.method, upload.path) == ("POST", "/predict")
    assert b"a film" in upload.body


def test_a_page_that_is_not_ready_is_tried_again(clock: Clock) -> None:
    def answer(request: Request) -> Answer:
        return Answer(503) if clock.now < 5 else Answer(body=json.dumps(SCORED).encode())

    with serving(answer) as server:
        assert smoke.score(f"http://{server.host}/").probability == 0.25
    assert clock.now == 5


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(503), "503"),
        (Answer(body=b"<html>"), "Expecting value"),
        (Answer(body=b'{"films": []}'), "no score"),
        (Answer(body=b'{"films": [{"probability": 1.5}], "model": {"name": "pneumonia"}}'), "the score 1.5 is not between 0 and 1"),
        (Answer(body=b"[]"), "no score"),
    ],
)
def test_a_deployment_fails_if_its_page_scores_nothing(operator: Operator, clock: Clock, answer: Answer, why: str) -> None:
    with serving(lambda request: answer) as server:
        operator.url = f"http://{server.host}/"
        operator.has_terraform("v1.13.4")
        outcome = operator.run_deploy("apply")
    assert outcome.code == 1
    assert f"the page at {operator.url} does not score a film" in outcome.output
    assert why in outcome.output
    assert "make deploy-status" in outcome.output
    assert "Traceback" not in outcome.output
    assert 60 <= clock.now < 65
