"""What goes from the operator to Terraform, and from Terraform to Ansible, through the real ones.

No account is needed: what lies in AWS is made up by Terraform's own mock of its provider,
or replaced by a resource that lies in the state alone.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import playbook, preflight, settings, terraform
from deploy.__main__ import main
from tests.server import Answer, Asked, serving

HERE = settings.REPOSITORY

MADE_UP = """
mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a"] }
  }
  mock_data "aws_ec2_instance_type_offerings" {
    defaults = { locations = ["us-east-1a"] }
  }
}
run "made" {
  variables {
    operator_cidrs = ["203.0.113.7/32"]
    ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITEST test"
    model_count    = 3
  }
}
"""

# The variables, with what they refuse, are the real ones.
WITHOUT_A_CLOUD = """
resource "terraform_data" "instance" {
  for_each = toset(["frontend-1", "model-1"])
  input    = { operators = var.operator_cidrs, key = var.ssh_public_key }
}
output "frontend_url" {
  value = "http://192.0.2.1/"
}
output "region" {
  value = var.region
}
output "ansible_inventory" {
  value = { all = { vars = { ansible_user = "admin", model_port = var.model_port, region = var.region }, children = {
    for role in ["frontend", "model"] : role => { hosts = {
      "${role}-1" = { ansible_host = "192.0.2.1", private_ip = "10.20.0.10", instance_id = terraform_data.instance["${role}-1"].id }
    } }
  } } }
}
"""

# What the roles make of the inventory, said instead of done.
SAYS = """
- hosts: frontend
  gather_facts: false
  tasks:
    - ansible.builtin.include_vars: {here}/ansible/roles/nginx/defaults/main.yml
    - ansible.builtin.copy:
        content: "{{{{ {{'env': app_env, 'nginx': nginx_values, 'servers': lookup('template', template)}} | to_json }}}}"
        dest: "{said}"
        mode: "0600"
      vars: {{nginx_tls: false, template: "{here}/ansible/roles/nginx/templates/modelservers.conf.j2"}}
      delegate_to: localhost
"""


def call(*command: str | Path, folder: Path, data: Path) -> str:
    environ = os.environ | {"TF_DATA_DIR": str(data), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The output of the real code, for one frontend and three model servers."""
    place = tmp_path_factory.mktemp("made-up")
    shutil.copytree(HERE / "terraform", place / "terraform", ignore=shutil.ignore_patterns(".terraform", "*.tfvars", "backend.tf", "tests"))
    shutil.copytree(HERE / "cloud-init", place / "cloud-init")
    (place / "terraform" / "tests").mkdir()
    (place / "terraform" / "tests" / "made.tftest.hcl").write_text(MADE_UP)
    call("terraform", "init", "-backend=false", "-input=false", folder=place / "terraform", data=place / "data")
    said = call("terraform", "test", "-json", "-verbose", folder=place / "terraform", data=place / "data")
    [state] = [line for line in map(json.loads, said.splitlines()) if line["type"] == "test_state"]
    output: dict[str, Any] = state["test_state"]["outputs"]["ansible_inventory"]["value"]
    return output


def test_the_inventory_is_one_of_ansible_s_and_says_where_everything_is(inventory: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "inventory.json").write_text(json.dumps(inventory))
    program = Path(sys.executable).with_name("ansible-inventory")
    read = json.loads(call(program, "-i", tmp_path / "inventory.json", "--list", folder=tmp_path, data=tmp_path))
    assert read["frontend"]["hosts"] == ["frontend-1"]
    assert read["model"]["hosts"] == ["model-1", "model-2", "model-3"]
    seen = read["_meta"]["hostvars"]
    for name in ("frontend-1", "model-1", "model-2", "model-3"):
        assert {"ansible_host", "private_ip", "instance_id"} < seen[name].keys()
        assert (seen[name]["ansible_user"], seen[name]["model_port"], seen[name]["model_admin_port"]) == ("admin", 8000, 8001)
    for key in ("ansible_host", "private_ip", "instance_id"):
        assert len({host[key] for host in seen.values()}) == 4, f"two hosts have the same {key}"


def says(inventory: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What the frontend's instance would be told; it is not asked."""
    (folder / "inventory.json").write_text(json.dumps(inventory))
    (folder / "group_vars").symlink_to(HERE / "ansible" / "group_vars")
    (folder / "says.yml").write_text(SAYS.format(here=HERE, said=folder / "said.json"))
    program = Path(sys.executable).with_name("ansible-playbook")
    call(program, "-i", folder / "inventory.json", "-c", "local", folder / "says.yml", folder=folder, data=folder)
    said: dict[str, Any] = json.loads((folder / "said.json").read_text())
    return said


@pytest.fixture(scope="module")
def of_three(inventory: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return says(inventory, tmp_path_factory.mktemp("three"))


def test_one_model_server_is_asked_at_its_private_address(inventory: dict[str, Any], tmp_path: Path) -> None:
    one: dict[str, Any] = json.loads(json.dumps(inventory))
    models = one["all"]["children"]["model"]
    models["hosts"] = {"model-1": models["hosts"]["model-1"]}
    assert says(one, tmp_path)["env"]["FRONTEND_MLFLOW_ADDRESS"] == f"http://{models['hosts']['model-1']['private_ip']}:8000"


def test_three_model_servers_are_asked_through_nginx_by_their_private_addresses(
    inventory: dict[str, Any], of_three: dict[str, Any]
) -> None:
    children = inventory["all"]["children"]
    assert of_three["env"]["FRONTEND_MLFLOW_ADDRESS"] == f"http://{children['frontend']['hosts']['frontend-1']['private_ip']}:8000"
    assert of_three["nginx"]["MODEL_LISTEN"] == f"{children['frontend']['hosts']['frontend-1']['private_ip']}:8000"
    for host in children["model"]["hosts"].values():
        assert of_three["servers"].count(f"server {host['private_ip']}:8000 ") == 1
        assert host["ansible_host"] not in json.dumps(of_three)


def test_nginx_refuses_what_the_frontend_refuses(of_three: dict[str, Any]) -> None:
    nginx, frontend = of_three["nginx"], of_three["env"]
    assert str(nginx["MAX_UPLOAD_BYTES"]) == frontend["FRONTEND_MAX_UPLOAD_BYTES"]
    assert str(nginx["UPLOADS_PER_ADDRESS"]) == frontend["FRONTEND_UPLOADS_PER_ADDRESS"]


class Cloudless:
    """An operator with the real Terraform, whose instances lie in the state alone."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.home, self.patch, self.capture = home, patch, capture
        self.folder = home / "ansible" / "environments" / "dev"
        for module in (settings, terraform, playbook):
            patch.setattr(module, "REPOSITORY", home)
        for name in [name for name in os.environ if name.startswith("DEPLOY_")]:
            patch.delenv(name)
        # Nobody is asked who they are, for images, and what is in the account: test_preflight.py and test_deployment.py have that.
        patch.setattr(preflight, "credentials", lambda settings: None)
        patch.setattr(preflight, "images", lambda settings: None)
        patch.setattr(preflight, "unknown_deployment", lambda settings: None)
        (home / "terraform").mkdir()
        (home / "ansible").mkdir()
        shutil.copy(HERE / "terraform" / "variables.tf", home / "terraform")
        (home / "terraform" / "main.tf").write_text(WITHOUT_A_CLOUD)

    def calls_deploy(self, command: str, answer: str = "", **told: str) -> tuple[int, str]:
        with self.patch.context() as patch:
            for name, value in told.items():
                patch.setenv(f"DEPLOY_{name.upper()}", value)
            patch.setattr(sys, "stdin", io.StringIO(answer))
            code = main([command])
        captured = self.capture.readouterr()
        return code, captured.out + captured.err

    def instances(self) -> list[str]:
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return sorted(instance["index_key"] for resource in state["resources"] for instance in resource["instances"])


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cloudless:
    assert shutil.which("terraform"), "terraform is needed: https://developer.hashicorp.com/terraform/install"
    return Cloudless(tmp_path, monkeypatch, capfd)


@pytest.fixture
def made(operator: Cloudless) -> Cloudless:
    code, said = operator.calls_deploy("infrastructure", operator_cidrs="203.0.113.7/32", registry="registry.example.org")
    assert code == 0, said
    assert operator.instances() == ["frontend-1", "model-1"]
    return operator


def test_instances_are_known_to_ansible_and_ssh_when_terraform_has_made_them(made: Cloudless) -> None:
    written = json.loads((made.folder / "inventory.json").read_text())
    assert list(written["all"]["children"]["model"]["hosts"]) == ["model-1"]
    assert "Host model-1\n  HostName 192.0.2.1\n" in (made.folder / "ssh_config").read_text()


@pytest.mark.parametrize("wide", ["0.0.0.0/0", "128.0.0.0/1", "203.0.113.7", "203.0.113.7/33", "::/0", ""])
def test_what_terraform_refuses_is_refused_before_it_is_started(operator: Cloudless, wide: str) -> None:
    code, said = operator.calls_deploy("infrastructure", operator_cidrs=wide, registry="registry.example.org")
    assert code == 1
    assert "DEPLOY_OPERATOR_CIDRS" in said
    assert "mend: make deploy OPERATOR_CIDRS=" in said
    assert not operator.folder.exists()


@pytest.mark.parametrize("registry", ["https://ghcr.io/me", "docker.io/me", "ghcr.io/me/"])
def test_a_registry_that_cannot_have_the_images_is_refused(operator: Cloudless, registry: str) -> None:
    code, said = operator.calls_deploy("infrastructure", operator_cidrs="203.0.113.7/32", registry=registry)
    assert code == 1
    assert "DEPLOY_REGISTRY: " in said
    assert "ghcr.io/NAME" in said
    assert not operator.folder.exists()


def test_everything_stays_when_another_name_is_typed(made: Cloudless) -> None:
    code, said = made.calls_deploy("destroy", answer="somebody\n", operator_cidrs="203.0.113.7/32")
    assert code == 1
    assert "nothing was removed" in said
    assert made.instances() == ["frontend-1", "model-1"]


def test_everything_goes_without_saying_again_who_may_use_it(made: Cloudless) -> None:
    code, said = made.calls_deploy("destroy", answer="dev\n")
    assert code == 0, said
    assert made.instances() == []
    code, said = made.calls_deploy("destroy")
    assert code == 0, said
    assert "there is nothing to remove" in said


@pytest.mark.parametrize("command", ["status", "rollback", "configure"])
def test_where_nothing_is_that_is_said(operator: Cloudless, command: str) -> None:
    code, said = operator.calls_deploy(command)
    assert code == 1
    assert "nothing is deployed as dev" in said
    assert "mend: make deploy" in said


def test_another_operator_with_the_shared_state_finds_the_instances(made: Cloudless, monkeypatch: pytest.MonkeyPatch) -> None:
    state = (made.folder / "terraform.tfstate").read_bytes()
    shutil.rmtree(made.folder)
    here = "\n".join(f"    {name} = true" for name in ("skip_credentials_validation", "skip_requesting_account_id", "use_path_style"))
    text = (HERE / "terraform" / "backend.tf.example").read_text()
    (made.home / "terraform" / "backend.tf").write_text(text.replace('backend "s3" {', 'backend "s3" {\n' + here))
    monkeypatch.setattr(playbook.Playbook, "run", lambda self, *options, rollback=False: 1)  # there is no instance to go to
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody")

    def bucket(asked: Asked) -> Answer:
        """What a bucket with one state answers; a real one needs an account."""
        if "list-type" in asked.path:
            return Answer(body=b"<ListBucketResult></ListBucketResult>")
        return Answer(body=state) if "/pneumoscope/dev.tfstate" in asked.path else Answer(404)

    with serving(bucket) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{server.host}")
        code, said = made.calls_deploy("rollback")
    assert code == 1
    assert "services: the version before" in said, said
    assert "Host model-1" in (made.folder / "ssh_config").read_text()


def test_a_program_that_is_missing_is_named(made: Cloudless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, said = made.calls_deploy("status")
    assert code == 1
    assert "there is no terraform" in said
