import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator import Operator
from tests.server import Answer, Request, Server, serving

SCORED = {"films": [{"probability": 0.25}], "model": {"name": "pneumonia"}}
STS = "https://sts.amazonaws.com/doc/2011-06-15/"
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
WHO = f"""<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/o</Arn><UserId>A</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


@pytest.fixture
def page() -> Iterator[Server]:
    """The part of the frontend that a deployment uses."""
    with serving(lambda request: Answer(body=json.dumps(SCORED).encode() if request.path == "/predict" else b"a film")) as server:
        yield server


@pytest.fixture
def networks() -> list[str]:
    """The deployments that have a network in the account."""
    return []


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, networks: list[str]) -> Iterator[None]:
    """AWS, reduced to one account. The access key is `good`, `expired` or unknown."""

    def answer(request: Request) -> Answer:
        if b"Action=DescribeVpcs" in request.body:
            found = [name for name in networks if f"Value.1={name}&".encode() in request.body + b"&"]
            items = "".join(f"<item><vpcId>vpc-of-{name}</vpcId></item>" for name in found)
            return Answer(body=f'<DescribeVpcsResponse xmlns="{EC2}"><vpcSet>{items}</vpcSet></DescribeVpcsResponse>'.encode())
        if "Credential=good/" in request.authorization:
            return Answer(body=WHO.encode())
        code = "ExpiredToken" if "Credential=expired/" in request.authorization else "InvalidClientTokenId"
        return Answer(403, f'<ErrorResponse xmlns="{STS}"><Error><Code>{code}</Code></Error></ErrorResponse>'.encode())

    with serving(answer) as server:
        for service in ("STS", "EC2"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://{server.host}")
        yield


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], page: Server, aws: None) -> Operator:
    """An operator whose machine has everything a deployment needs."""
    for name in os.environ:
        if name.startswith(("DEPLOY_", "AWS_")) and not name.startswith("AWS_ENDPOINT_URL_"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "good",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-aws",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("ssh", "ssh-keygen"):
        assert shutil.which(name), f"{name} is needed (Debian: apt-get install openssh-client)"
    return Operator(tmp_path, monkeypatch, capfd, f"http://{page.host}/")
