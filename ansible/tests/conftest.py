import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator import Operator
from tests.server import Answer, Asked, Server, serving

SCORED = {"films": [{"probability": 0.25}], "model": {"name": "pneumonia"}}
STS = "https://sts.amazonaws.com/doc/2011-06-15/"
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
WHO = f"""<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/o</Arn><UserId>A</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


@pytest.fixture
def page() -> Iterator[Server]:
    """The frontend, as far as a deployment tries it."""
    with serving(lambda asked: Answer(body=json.dumps(SCORED).encode() if asked.path == "/predict" else b"a film")) as server:
        yield server


@pytest.fixture
def networks() -> list[str]:
    """Which deployments have one in the account."""
    return []


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, networks: list[str]) -> Iterator[None]:
    """An account whose credentials are called `good`, `expired` or anything else; the real one cannot be had in a test."""

    def answer(asked: Asked) -> Answer:
        if b"Action=DescribeVpcs" in asked.body:
            found = [name for name in networks if f"Value.1={name}&".encode() in asked.body + b"&"]
            items = "".join(f"<item><vpcId>vpc-of-{name}</vpcId></item>" for name in found)
            return Answer(body=f'<DescribeVpcsResponse xmlns="{EC2}"><vpcSet>{items}</vpcSet></DescribeVpcsResponse>'.encode())
        if "Credential=good/" in asked.authorization:
            return Answer(body=WHO.encode())
        code = "ExpiredToken" if "Credential=expired/" in asked.authorization else "InvalidClientTokenId"
        return Answer(403, f'<ErrorResponse xmlns="{STS}"><Error><Code>{code}</Code></Error></ErrorResponse>'.encode())

    with serving(answer) as server:
        for service in ("STS", "EC2"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://{server.host}")
        yield


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], page: Server, aws: None) -> Operator:
    """Somebody on whose machine all is well."""
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
