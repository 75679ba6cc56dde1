"""Each problem is reported with the command that fixes it, and nothing is created."""

import subprocess
from pathlib import Path

import pytest

from tests.operator import Operator


def refuses(operator: Operator, *texts: str, **settings: str) -> None:
    """`make deploy` reports one problem with all of these texts, and creates nothing."""
    outcome = operator.run_deploy("apply", **settings)
    assert outcome.code == 1
    for text in (*texts, "1 problem; nothing was created"):
        assert text in outcome.output
    assert "Traceback" not in outcome.output
    assert [call for call in operator.calls_of("terraform") if call != "terraform version"] == []
    assert operator.calls_of("ansible-playbook") == []
    assert not operator.folder.exists()


def test_no_problem(operator: Operator) -> None:
    outcome = operator.run_deploy("preflight")
    assert outcome.code == 0, outcome.output


@pytest.mark.parametrize(
    ("program", "fix"),
    [
        ("terraform", "https://developer.hashicorp.com/terraform/install"),
        ("ssh", "sudo apt-get install openssh-client"),
        ("ssh-keygen", "sudo apt-get install openssh-client"),
        ("docker", "sudo apt-get install docker.io"),
    ],
)
def test_a_program_that_is_missing(operator: Operator, program: str, fix: str) -> None:
    operator.lacks(program)
    refuses(operator, f"not installed: {program}\n", fix)


def test_an_old_terraform(operator: Operator) -> None:
    operator.has_terraform("v1.9.8")
    refuses(operator, "Terraform is v1.9, want v1.11 or later", "https://developer.hashicorp.com/terraform/install")


@pytest.mark.parametrize(
    ("key", "problem"),
    [("expired", "the AWS credentials have expired"), ("unknown", "the AWS credentials are refused (InvalidClientTokenId)")],
)
def test_credentials_that_aws_refuses(operator: Operator, key: str, problem: str) -> None:
    operator.patch.setenv("AWS_ACCESS_KEY_ID", key)
    refuses(operator, problem, "in a learner lab: Start Lab", "aws configure")


def test_no_credentials(operator: Operator) -> None:
    operator.patch.delenv("AWS_ACCESS_KEY_ID")
    operator.patch.delenv("AWS_SECRET_ACCESS_KEY")
    refuses(operator, "there are no AWS credentials", "aws configure", "AWS_PROFILE")


def test_a_missing_profile(operator: Operator) -> None:
    operator.patch.setenv("AWS_PROFILE", "nobody")
    refuses(operator, "nobody", "aws configure list-profiles")


def test_an_image_that_was_not_built(operator: Operator) -> None:
    operator.has_images("pneumoscope/frontend:v1")
    refuses(operator, "the image pneumoscope/modelserver:v1 does not exist", "make images VERSION=v1")


def test_a_docker_that_does_not_answer(operator: Operator) -> None:
    operator.install("docker", "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2; exit 1\n")
    refuses(operator, "Docker does not answer on this machine", "sudo systemctl start docker")


@pytest.mark.parametrize(
    ("networks", "problem"),
    [
        ("", "is not set, so nobody could use SSH"),
        ("0.0.0.0/0", "0.0.0.0/0 is too wide"),
        ("203.0.113.7/32,128.0.0.0/1", "128.0.0.0/1 is too wide"),
        ("203.0.113.7/33", "'33' is not a valid netmask"),
        ("203.0.113.7/24", "203.0.113.7/24 has host bits set"),
        ("my-house", "'my-house'"),
        ("2001:db8::1/128", "'2001:db8::1'"),
    ],
)
def test_networks_that_must_not_be_opened(operator: Operator, networks: str, problem: str) -> None:
    refuses(operator, problem, "DEPLOY_OPERATOR_CIDRS", "make deploy OPERATOR_CIDRS=ADDRESS/32", operator_cidrs=networks)


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("monitoring", "yes", "MONITORING=true"),
        ("token", "no", "TOKEN=true"),
        ("model_count", "0", "MODEL_COUNT=1"),
        ("model_count", "two", "MODEL_COUNT=1"),
        ("version", "v1@", "VERSION=v1"),
    ],
)
def test_a_setting_with_an_invalid_value(operator: Operator, name: str, value: str, fix: str) -> None:
    operator.has_images(*(f"pneumoscope/{image}:{tag}" for image in ("frontend", "modelserver") for tag in ("v1", value)))
    refuses(operator, f"DEPLOY_{name.upper()}: want", fix, **{name: value})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    return file


def test_the_operator_s_own_key(operator: Operator, key: Path) -> None:
    assert operator.run_deploy("preflight", ssh_key=str(key)).code == 0


def test_a_key_with_a_passphrase(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", file], check=True)
    assert operator.run_deploy("preflight", ssh_key=str(file)).code == 0


def test_a_missing_key(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "none"
    refuses(operator, f"{file} does not exist", f"ssh-keygen -t ed25519 -f {file}", ssh_key=str(file))


def test_a_key_that_other_users_can_read(operator: Operator, key: Path) -> None:
    key.chmod(0o644)
    refuses(operator, f"other users can read {key}", f"chmod 600 {key}", ssh_key=str(key))


def test_a_key_without_its_public_half(operator: Operator, key: Path) -> None:
    key.with_name("key.pub").unlink()
    refuses(operator, f"{key}.pub does not exist", f"ssh-keygen -y -f {key} >{key}.pub", ssh_key=str(key))


def test_a_key_with_the_public_half_of_another(operator: Operator, key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    other.with_name("other.pub").rename(key.with_name("key.pub"))
    refuses(operator, f"{key}.pub belongs to another key", f"ssh-keygen -y -f {key} >{key}.pub", ssh_key=str(key))


def test_a_file_that_is_not_a_key(operator: Operator, key: Path) -> None:
    key.write_text("not a key\n")
    refuses(operator, f"{key} is not a private key", f"ssh-keygen -t ed25519 -f {key}", ssh_key=str(key))


def test_all_problems_are_reported_together(operator: Operator) -> None:
    operator.lacks("ssh")
    operator.patch.setenv("AWS_ACCESS_KEY_ID", "expired")
    outcome = operator.run_deploy("apply", operator_cidrs="0.0.0.0/0")
    for text in ("not installed: ssh\n", "have expired", "is too wide", "3 problems; nothing was created"):
        assert text in outcome.output
