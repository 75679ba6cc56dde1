"""Images in a registry: their digests, and logins.

The registry is a small server of the test, because a real one cannot be made to give every
answer and has no token server. `make test-cloud` deploys from a real one with a password.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import registry
from deploy.settings import Refused, Settings
from tests.operator import Operator
from tests.server import Answer, Request, Server, serving

DIGESTS = {name: "sha256:" + letter * 64 for name, letter in (("frontend", "a"), ("modelserver", "b"))}
LOGIN = "Basic " + base64.b64encode(b"reader:correct horse").decode()


def manifest(request: Request) -> Answer:
    for name, digest in DIGESTS.items():
        if (request.method, request.path) == ("HEAD", f"/v2/team/pneumoscope/{name}/manifests/v1"):
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
    """Requires a password with each request."""
    refusal = Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
    with serving(lambda request: manifest(request) if request.authorization == LOGIN else refusal) as server:
        yield server


@pytest.fixture
def with_tokens() -> Iterator[Server]:
    """Requires a token, which it gives for a password, as the large registries do."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/token?"):
            if request.authorization != LOGIN:
                return Answer(401)
            right = "service=ours" in request.path and "scope=pull" in request.path
            return Answer(body=json.dumps({"token": "ticket" if right else "none"}).encode())
        if request.authorization == "Bearer ticket":
            return manifest(request)
        return Answer(401, headers={"WWW-Authenticate": f'Bearer realm="http://{server.host}/token",service="ours",scope="pull"'})

    with serving(answer) as server:
        yield server


def want(server: Server) -> dict[str, str]:
    return {name: f"{server.host}/team/pneumoscope/{name}@{digest}" for name, digest in DIGESTS.items()}


def test_both_images_are_named_by_digest() -> None:
    with serving(manifest) as server:
        assert registry.pinned(settings(server)) == want(server)
        assert {request.authorization for request in server.requests} == {""}


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
    assert "denies access to" in refused.value.problem
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
        (Answer(), "does not answer like a registry"),
        (Answer(401, headers={"WWW-Authenticate": "Bearer"}), "does not answer like a registry"),
    ],
)
def test_a_server_that_is_not_a_registry(answer: Answer, problem: str) -> None:
    with serving(lambda request: answer) as server, pytest.raises(Refused, match=problem):
        registry.pinned(settings(server))


def test_a_registry_that_does_not_run() -> None:
    with serving(manifest) as server:
        gone = settings(server)
    with pytest.raises(Refused, match="does not answer"):
        registry.pinned(gone)


def test_a_missing_password_file_is_reported_once(operator: Operator, locked: Server, tmp_path: Path) -> None:
    outcome = operator.run_deploy(
        "preflight", registry=f"{locked.host}/team", registry_username="reader", registry_password_file=str(tmp_path / "none")
    )
    assert outcome.code == 1
    assert "DEPLOY_REGISTRY_PASSWORD_FILE: No such file" in outcome.output
    assert "1 problem; nothing was created" in outcome.output
