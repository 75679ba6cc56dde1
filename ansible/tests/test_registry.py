"""Images in a registry: which bytes they are, and who may fetch them.

The registry is a small server of our own, because a real one gives neither every answer
on demand nor tokens; `make test-cloud` deploys from a real one that wants a password.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import registry
from deploy.settings import Refused, Settings
from tests.operator import Operator
from tests.server import Answer, Asked, Server, serving

DIGESTS = {name: "sha256:" + letter * 64 for name, letter in (("frontend", "a"), ("modelserver", "b"))}
LOGIN = "Basic " + base64.b64encode(b"reader:correct horse").decode()


def manifest(asked: Asked) -> Answer:
    for name, digest in DIGESTS.items():
        if (asked.method, asked.path) == ("HEAD", f"/v2/team/pneumoscope/{name}/manifests/v1"):
            return Answer(headers={"Docker-Content-Digest": digest})
    return Answer(404)


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    return file


def settings(server: Server, password: Path | str = "", version: str = "v1") -> Settings:
    return Settings(
        registry=f"{server.host}/team",
        version=version,
        registry_username="reader" if password else "",
        registry_password_file=str(password),
    )


@pytest.fixture
def locked() -> Iterator[Server]:
    """Wants a password with each request."""
    refusal = Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
    with serving(lambda asked: manifest(asked) if asked.authorization == LOGIN else refusal) as server:
        yield server


@pytest.fixture
def with_tokens() -> Iterator[Server]:
    """Wants a token, which it gives for a password, as the large registries do."""

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/token?"):
            if asked.authorization != LOGIN:
                return Answer(401)
            right = "service=ours" in asked.path and "scope=pull" in asked.path
            return Answer(body=json.dumps({"token": "ticket" if right else "none"}).encode())
        if asked.authorization == "Bearer ticket":
            return manifest(asked)
        return Answer(401, headers={"WWW-Authenticate": f'Bearer realm="http://{server.host}/token",service="ours",scope="pull"'})

    with serving(answer) as server:
        yield server


def want(server: Server) -> dict[str, str]:
    return {name: f"{server.host}/team/pneumoscope/{name}@{digest}" for name, digest in DIGESTS.items()}


def test_both_images_are_named_by_their_bytes() -> None:
    with serving(manifest) as server:
        assert registry.pinned(settings(server)) == want(server)
        assert {asked.authorization for asked in server.asked} == {""}


def test_a_password_is_given_to_a_registry_that_asks(locked: Server, password: Path) -> None:
    assert registry.pinned(settings(locked, password)) == want(locked)


def test_a_token_is_fetched_for_a_registry_that_asks(with_tokens: Server, password: Path) -> None:
    assert registry.pinned(settings(with_tokens, password)) == want(with_tokens)


@pytest.mark.parametrize("kind", ["locked", "with_tokens"])
@pytest.mark.parametrize("given", ["wrong battery", ""])
def test_a_login_that_is_refused(kind: str, given: str, password: Path, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(kind)
    password.write_text(given)
    with pytest.raises(Refused) as refused:
        registry.pinned(settings(server, password if given else ""))
    assert "does not let us see" in refused.value.problem
    assert "DEPLOY_REGISTRY_PASSWORD_FILE" in refused.value.remedy
    assert "battery" not in refused.value.problem + refused.value.remedy


def test_an_image_that_was_not_pushed() -> None:
    with serving(manifest) as server, pytest.raises(Refused) as refused:
        registry.pinned(settings(server, version="v9"))
    assert f"has no {server.host}/team/pneumoscope/frontend:v9" in refused.value.problem
    assert f"docker push {server.host}/team/pneumoscope/frontend:v9" in refused.value.remedy


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(503), "answers 503"),
        (Answer(), "does not answer as a registry does"),
        (Answer(401, headers={"WWW-Authenticate": "Bearer"}), "does not answer as a registry does"),
    ],
)
def test_what_is_no_registry(answer: Answer, problem: str) -> None:
    with serving(lambda asked: answer) as server, pytest.raises(Refused, match=problem):
        registry.pinned(settings(server))


def test_a_registry_that_is_not_there() -> None:
    with serving(manifest) as server:
        gone = settings(server)
    with pytest.raises(Refused, match="does not answer"):
        registry.pinned(gone)


def test_a_password_file_that_is_not_there_is_said_once(operator: Operator, locked: Server, tmp_path: Path) -> None:
    outcome = operator.calls_deploy(
        "preflight", registry=f"{locked.host}/team", registry_username="reader", registry_password_file=str(tmp_path / "none")
    )
    assert outcome.code == 1
    assert "DEPLOY_REGISTRY_PASSWORD_FILE: No such file" in outcome.said
    assert "1 thing(s) to mend" in outcome.said
