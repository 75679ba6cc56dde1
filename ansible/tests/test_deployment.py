"""A deployment from end to end, and its end."""

import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.operator import Operator
from tests.server import Answer, serving
from tests.test_registry import DIGESTS, LOGIN, manifest


def verbs(operator: Operator) -> list[str]:
    """What Terraform was told to do, after it had been asked for its version."""
    return [call.split()[2] for call in operator.told("terraform")[1:]]


def test_a_deployment_ends_with_both_addresses(operator: Operator) -> None:
    outcome = operator.calls_deploy("apply")
    assert outcome.code == 0, outcome.said
    assert verbs(operator) == ["init", "plan", "show", "apply", "output", "output", "output"]
    assert len(operator.told("ansible-playbook")) == 1
    assert f"Frontend:      {operator.url}" in outcome.said
    assert "Model server:  http://192.0.2.1:8000/" in outcome.said
    assert "probability 0.250, by the model pneumonia" in outcome.said


def test_secrets_are_neither_printed_nor_handed_on(operator: Operator) -> None:
    (operator.home / "password").write_text("correct horse\n")
    with serving(lambda asked: manifest(asked) if asked.authorization == LOGIN else Answer(401)) as server:
        outcome = operator.calls_deploy(
            "apply", registry=f"{server.host}/team", registry_username="reader", registry_password_file=str(operator.home / "password")
        )
    assert outcome.code == 0, outcome.said
    token = (operator.folder / "model-token").read_text().strip()
    assert len(token) == 64
    for secret in (token, "correct horse", LOGIN.split()[1], "a-secret-of-aws"):
        assert secret not in outcome.said
        assert secret not in operator.calls.read_text()
        for name in ("variables.json", "deploy.tfvars.json", "inventory.json", "ssh_config"):
            assert secret not in (operator.folder / name).read_text()


def test_an_instance_gets_the_bytes_that_were_looked_at(operator: Operator) -> None:
    with serving(manifest) as server:
        assert operator.calls_deploy("apply", registry=f"{server.host}/team").code == 0
    variables = json.loads((operator.folder / "variables.json").read_text())
    for name, digest in DIGESTS.items():
        assert variables[f"app_{name}_image"] == f"{server.host}/team/pneumoscope/{name}@{digest}"


def test_key_and_token_are_made_once_and_for_the_operator_alone(operator: Operator) -> None:
    made = [operator.folder / name for name in ("id_ed25519", "model-token")]
    assert operator.calls_deploy("plan").code == 0
    before = [file.read_text() for file in made]
    assert operator.calls_deploy("plan").code == 0
    assert [file.read_text() for file in made] == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in made} == {0o600}
    assert stat.S_IMODE(operator.folder.stat().st_mode) == 0o700


def test_a_plan_changes_nothing(operator: Operator) -> None:
    assert operator.calls_deploy("plan").code == 0
    assert verbs(operator) == ["init", "plan", "show"]
    assert operator.told("ansible-playbook") == []
    assert not (operator.folder / "plan").exists()


@pytest.mark.parametrize("answer", ["somebody\n", "\n", "DEV\n", "yes\n", ""])
def test_nothing_is_destroyed_unless_its_name_is_typed(operator: Operator, answer: str) -> None:
    assert operator.calls_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.calls_deploy("destroy", answer=answer)
    assert outcome.code == 1
    assert "Type dev to remove it" in outcome.said
    assert "nothing was removed" in outcome.said
    assert "Traceback" not in outcome.said
    assert [call for call in operator.told("terraform") if " apply" in call] == []
    assert (operator.folder / "inventory.json").exists()
    assert not (operator.folder / "plan").exists()


def test_what_is_destroyed_is_what_was_shown(operator: Operator) -> None:
    assert operator.calls_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.calls_deploy("destroy", answer="dev\n")
    assert outcome.code == 0, outcome.said
    plan, apply = operator.told("terraform")[-2:]
    assert " -destroy" in plan
    assert apply.endswith(f" {operator.folder / 'plan'}")
    assert not (operator.folder / "inventory.json").exists()
    assert (operator.folder / "model-token").exists()


@pytest.mark.parametrize("command", ["apply", "plan", "check", "destroy"])
def test_what_is_in_one_region_is_not_looked_for_in_another(operator: Operator, command: str) -> None:
    assert operator.calls_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.calls_deploy(command, region="eu-west-3", answer="dev\n")
    assert outcome.code == 1
    assert "dev is in us-east-1, and not in eu-west-3" in outcome.said
    assert f"DEPLOY_REGION=us-east-1 in {operator.folder}/settings" in outcome.said
    assert [call for call in operator.told("terraform") if " plan " in call or " apply " in call] == []


def test_nothing_can_be_rolled_back_where_nothing_is(operator: Operator) -> None:
    outcome = operator.calls_deploy("rollback")
    assert outcome.code == 1
    assert "nothing is deployed as dev" in outcome.said
    assert operator.told("ansible-playbook") == []


def test_a_rollback_needs_no_image(operator: Operator) -> None:
    assert operator.calls_deploy("apply").code == 0
    operator.has_images()
    outcome = operator.calls_deploy("rollback")
    assert outcome.code == 0, outcome.said
    assert json.loads((operator.folder / "variables.json").read_text())["app_rollback"] is True


def test_a_playbook_that_fails_ends_the_deployment(operator: Operator) -> None:
    operator.install("ansible-playbook", "#!/bin/sh\nexit 2\n")
    outcome = operator.calls_deploy("apply")
    assert outcome.code == 1
    assert "ansible-playbook ended with 2" in outcome.said
    assert "Frontend:" not in outcome.said


INSTANCE = {"address": "aws_instance.this", "type": "aws_instance", "index": "model-1", "change": {"actions": ["delete", "create"]}}
HTTPS = {
    "type": "aws_vpc_security_group_ingress_rule",
    "index": "frontend https 0.0.0.0/0",
    "change": {"actions": ["delete"]},
}
HARMLESS = {"type": "aws_key_pair", "index": 0, "change": {"actions": ["create", "delete"]}}


@pytest.mark.parametrize(
    ("change", "told"),
    [(INSTANCE, "the instance model-1 is replaced"), (HTTPS, "HTTPS ends")],
)
def test_nothing_is_lost_unless_that_is_meant(operator: Operator, change: dict[str, object], told: str) -> None:
    assert operator.calls_deploy("apply").code == 0
    operator.has_terraform("v1.13.4", change)
    operator.calls.unlink()
    outcome = operator.calls_deploy("apply", answer="yes\n")
    assert outcome.code == 1
    assert told in outcome.said
    assert "Type dev if that is meant" in outcome.said
    assert [call for call in operator.told("terraform") if " apply" in call] == operator.told("ansible-playbook") == []
    assert operator.calls_deploy("apply", answer="dev\n").code == 0


def test_what_can_be_had_back_is_not_asked_about(operator: Operator) -> None:
    operator.has_terraform("v1.13.4", HARMLESS, INSTANCE | {"change": {"actions": ["create"]}})
    outcome = operator.calls_deploy("apply")
    assert outcome.code == 0
    assert "if that is meant" not in outcome.said


@pytest.mark.parametrize("command", ["apply", "plan", "destroy"])
def test_what_another_state_knows_is_not_made_again(operator: Operator, networks: list[str], command: str) -> None:
    networks.append("dev")
    outcome = operator.calls_deploy(command, answer="dev\n")
    assert outcome.code == 1
    assert "dev is deployed in us-east-1 (vpc-of-dev), and the state here knows nothing of it" in outcome.said
    assert [call for call in operator.told("terraform") if " plan " in call] == []


def test_other_deployments_are_no_hindrance(operator: Operator, networks: list[str]) -> None:
    networks.append("prod")
    assert operator.calls_deploy("apply").code == 0


@pytest.mark.parametrize("lost", ["id_ed25519", "model-token"])
def test_what_was_lost_is_not_made_anew_behind_what_runs(operator: Operator, lost: str) -> None:
    assert operator.calls_deploy("apply").code == 0
    (operator.folder / lost).unlink()
    outcome = operator.calls_deploy("apply")
    assert outcome.code == 1
    assert f"dev is deployed, and {operator.folder / lost} is not there" in outcome.said
    assert not (operator.folder / lost).exists()
    assert operator.calls_deploy("destroy", answer="dev\n").code == 0


def test_two_deployments_at_once_do_not_meet(operator: Operator) -> None:
    operator.folder.mkdir(parents=True)
    with open(operator.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = operator.calls_deploy("apply")
        assert outcome.code == 1
        assert "another make deploy of dev is at work" in outcome.said
        assert operator.told("ansible-playbook") == []
    assert operator.calls_deploy("apply").code == 0


def test_an_environment_s_own_variables_reach_terraform_before_what_is_told(operator: Operator) -> None:
    operator.folder.mkdir(parents=True)
    own = operator.folder / "terraform.tfvars"
    own.write_text('model_instance_type = "c6i.large"\n')
    assert operator.calls_deploy("plan").code == 0
    (plan,) = (call for call in operator.told("terraform") if " plan " in call)
    assert plan.index(f"-var-file={own}") < plan.index(f"-var-file={operator.folder / 'deploy.tfvars.json'}")


def test_terraform_ends_by_itself_when_it_is_interrupted(tmp_path: Path) -> None:
    """As at a terminal: the signal reaches both, and Terraform still has to write down what it made."""
    program = tmp_path / "terraform"
    program.write_text(
        f"#!/bin/sh\ntrap 'sleep 1; echo made >{tmp_path}/state; exit 1' INT\ntouch {tmp_path}/begun\nwhile :; do sleep 0.1; done\n"
    )
    program.chmod(0o700)
    # At a terminal nobody ignores SIGINT; what runs this test may.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{listen}\nfrom deploy import process\nprocess.run([{str(program)!r}], env={{'PATH': '/usr/bin:/bin'}})"
    operator = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    os.killpg(operator.pid, signal.SIGINT)
    _, said = operator.communicate(timeout=30)
    assert (tmp_path / "state").read_text() == "made\n"
    assert "KeyboardInterrupt" in said  # which main turns into a sentence
