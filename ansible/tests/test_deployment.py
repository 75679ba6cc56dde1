"""A deployment from creation to removal."""

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
    """Returns Terraform's commands after `terraform version`."""
    return [call.split()[2] for call in operator.calls_of("terraform")[1:]]


def test_a_deployment_ends_with_both_addresses(operator: Operator) -> None:
    outcome = operator.run_deploy("apply")
    assert outcome.code == 0, outcome.output
    assert verbs(operator) == ["init", "plan", "show", "apply", "output", "output", "output"]
    assert len(operator.calls_of("ansible-playbook")) == 1
    assert f"Frontend:      {operator.url}" in outcome.output
    assert "Model server:  http://192.0.2.1:8000/" in outcome.output
    assert "probability 0.250, model pneumonia" in outcome.output


def test_secrets_are_neither_printed_nor_passed_on(operator: Operator) -> None:
    (operator.home / "password").write_text("correct horse\n")
    with serving(lambda request: manifest(request) if request.authorization == LOGIN else Answer(401)) as server:
        outcome = operator.run_deploy(
            "apply", registry=f"{server.host}/team", registry_username="reader", registry_password_file=str(operator.home / "password")
        )
    assert outcome.code == 0, outcome.output
    token = (operator.folder / "model-token").read_text().strip()
    assert len(token) == 64
    for secret in (token, "correct horse", LOGIN.split()[1], "a-secret-of-aws"):
        assert secret not in outcome.output
        assert secret not in operator.calls.read_text()
        for name in ("variables.json", "deploy.tfvars.json", "inventory.json", "ssh_config"):
            assert secret not in (operator.folder / name).read_text()


def test_instances_get_the_images_by_digest(operator: Operator) -> None:
    with serving(manifest) as server:
        assert operator.run_deploy("apply", registry=f"{server.host}/team").code == 0
    variables = json.loads((operator.folder / "variables.json").read_text())
    for name, digest in DIGESTS.items():
        assert variables[f"app_{name}_image"] == f"{server.host}/team/pneumoscope/{name}@{digest}"


def test_key_and_token_are_created_once_and_only_the_operator_can_read_them(operator: Operator) -> None:
    made = [operator.folder / name for name in ("id_ed25519", "model-token")]
    assert operator.run_deploy("plan").code == 0
    before = [file.read_text() for file in made]
    assert operator.run_deploy("plan").code == 0
    assert [file.read_text() for file in made] == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in made} == {0o600}
    assert stat.S_IMODE(operator.folder.stat().st_mode) == 0o700


def test_a_plan_changes_nothing(operator: Operator) -> None:
    assert operator.run_deploy("plan").code == 0
    assert verbs(operator) == ["init", "plan", "show"]
    assert operator.calls_of("ansible-playbook") == []
    assert not (operator.folder / "plan").exists()


@pytest.mark.parametrize("answer", ["somebody\n", "\n", "DEV\n", "yes\n", ""])
def test_nothing_is_destroyed_without_typing_its_name(operator: Operator, answer: str) -> None:
    assert operator.run_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.run_deploy("destroy", answer=answer)
    assert outcome.code == 1
    assert "Type dev to confirm" in outcome.output
    assert "nothing was removed" in outcome.output
    assert "Traceback" not in outcome.output
    assert [call for call in operator.calls_of("terraform") if " apply" in call] == []
    assert (operator.folder / "inventory.json").exists()
    assert not (operator.folder / "plan").exists()


def test_destroy_applies_the_plan_that_was_shown(operator: Operator) -> None:
    assert operator.run_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.run_deploy("destroy", answer="dev\n")
    assert outcome.code == 0, outcome.output
    plan, apply = operator.calls_of("terraform")[-2:]
    assert " -destroy" in plan
    assert apply.endswith(f" {operator.folder / 'plan'}")
    assert not (operator.folder / "inventory.json").exists()
    assert (operator.folder / "model-token").exists()


@pytest.mark.parametrize("command", ["apply", "plan", "check", "destroy"])
def test_a_deployment_is_not_looked_for_in_another_region(operator: Operator, command: str) -> None:
    assert operator.run_deploy("apply").code == 0
    operator.calls.unlink()
    outcome = operator.run_deploy(command, region="eu-west-3", answer="dev\n")
    assert outcome.code == 1
    assert "dev is in us-east-1, not in eu-west-3" in outcome.output
    assert f"DEPLOY_REGION=us-east-1 in {operator.folder}/settings" in outcome.output
    assert [call for call in operator.calls_of("terraform") if " plan " in call or " apply " in call] == []


def test_a_rollback_needs_a_deployment(operator: Operator) -> None:
    outcome = operator.run_deploy("rollback")
    assert outcome.code == 1
    assert "nothing is deployed as dev" in outcome.output
    assert operator.calls_of("ansible-playbook") == []


def test_a_rollback_needs_no_image(operator: Operator) -> None:
    assert operator.run_deploy("apply").code == 0
    operator.has_images()
    outcome = operator.run_deploy("rollback")
    assert outcome.code == 0, outcome.output
    assert json.loads((operator.folder / "variables.json").read_text())["app_rollback"] is True


def test_a_playbook_that_fails_ends_the_deployment(operator: Operator) -> None:
    operator.install("ansible-playbook", "#!/bin/sh\nexit 2\n")
    outcome = operator.run_deploy("apply")
    assert outcome.code == 1
    assert "ansible-playbook ended with 2" in outcome.output
    assert "Frontend:" not in outcome.output


INSTANCE = {"address": "aws_instance.this", "type": "aws_instance", "index": "model-1", "change": {"actions": ["delete", "create"]}}
HTTPS = {
    "type": "aws_vpc_security_group_ingress_rule",
    "index": "frontend https 0.0.0.0/0",
    "change": {"actions": ["delete"]},
}
HARMLESS = {"type": "aws_key_pair", "index": 0, "change": {"actions": ["create", "delete"]}}


@pytest.mark.parametrize(
    ("change", "loss"),
    [(INSTANCE, "the instance model-1 is replaced"), (HTTPS, "HTTPS ends")],
)
def test_nothing_is_lost_without_a_confirmation(operator: Operator, change: dict[str, object], loss: str) -> None:
    assert operator.run_deploy("apply").code == 0
    operator.has_terraform("v1.13.4", change)
    operator.calls.unlink()
    outcome = operator.run_deploy("apply", answer="yes\n")
    assert outcome.code == 1
    assert loss in outcome.output
    assert "Type dev to confirm" in outcome.output
    assert [call for call in operator.calls_of("terraform") if " apply" in call] == operator.calls_of("ansible-playbook") == []
    assert operator.run_deploy("apply", answer="dev\n").code == 0


def test_harmless_changes_need_no_confirmation(operator: Operator) -> None:
    operator.has_terraform("v1.13.4", HARMLESS, INSTANCE | {"change": {"actions": ["create"]}})
    outcome = operator.run_deploy("apply")
    assert outcome.code == 0
    assert "to confirm" not in outcome.output


@pytest.mark.parametrize("command", ["apply", "plan", "destroy"])
def test_a_deployment_that_the_state_lacks_is_not_created_again(operator: Operator, networks: list[str], command: str) -> None:
    networks.append("dev")
    outcome = operator.run_deploy(command, answer="dev\n")
    assert outcome.code == 1
    assert "dev is deployed in us-east-1 (vpc-of-dev), but is not in Terraform's state on this machine" in outcome.output
    assert [call for call in operator.calls_of("terraform") if " plan " in call] == []


def test_other_deployments_do_not_matter(operator: Operator, networks: list[str]) -> None:
    networks.append("prod")
    assert operator.run_deploy("apply").code == 0


@pytest.mark.parametrize("lost", ["id_ed25519", "model-token"])
def test_a_lost_key_or_token_is_not_created_anew_under_a_running_deployment(operator: Operator, lost: str) -> None:
    assert operator.run_deploy("apply").code == 0
    (operator.folder / lost).unlink()
    outcome = operator.run_deploy("apply")
    assert outcome.code == 1
    assert f"dev is deployed, but {operator.folder / lost} is missing" in outcome.output
    assert not (operator.folder / lost).exists()
    assert operator.run_deploy("destroy", answer="dev\n").code == 0


def test_only_one_deployment_runs_at_a_time(operator: Operator) -> None:
    operator.folder.mkdir(parents=True)
    with open(operator.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = operator.run_deploy("apply")
        assert outcome.code == 1
        assert "another make deploy of dev is running" in outcome.output
        assert operator.calls_of("ansible-playbook") == []
    assert operator.run_deploy("apply").code == 0


def test_an_environment_s_own_variables_reach_terraform_before_the_settings(operator: Operator) -> None:
    operator.folder.mkdir(parents=True)
    own = operator.folder / "terraform.tfvars"
    own.write_text('model_instance_type = "c6i.large"\n')
    assert operator.run_deploy("plan").code == 0
    (plan,) = (call for call in operator.calls_of("terraform") if " plan " in call)
    assert plan.index(f"-var-file={own}") < plan.index(f"-var-file={operator.folder / 'deploy.tfvars.json'}")


def test_an_interrupted_terraform_may_finish(tmp_path: Path) -> None:
    """As at a terminal, the signal reaches both programs, and Terraform must still record what it created."""
    program = tmp_path / "terraform"
    program.write_text(
        f"#!/bin/sh\ntrap 'sleep 1; echo made >{tmp_path}/state; exit 1' INT\ntouch {tmp_path}/begun\nwhile :; do sleep 0.1; done\n"
    )
    program.chmod(0o700)
    # A terminal does not ignore SIGINT; the process that runs this test may.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{listen}\nfrom deploy import process\nprocess.run([{str(program)!r}], env={{'PATH': '/usr/bin:/bin'}})"
    operator = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    os.killpg(operator.pid, signal.SIGINT)
    _, errors = operator.communicate(timeout=30)
    assert (tmp_path / "state").read_text() == "made\n"
    assert "KeyboardInterrupt" in errors  # main turns it into a sentence
