"""What the real Terraform makes of the operator's settings, and the real Ansible of Terraform's outputs.

No account is needed. Some tests use Terraform's mock provider, which makes up the values of AWS. In
the others a resource that exists only in the state replaces the instances.
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
from tests.server import Answer, Request, serving

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

# The variables and their validations are the real ones.
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

# Writes what the roles make of the inventory to a file, and changes nothing else.
PLAYBOOK = """
- hosts: frontend
  gather_facts: false
  tasks:
    - ansible.builtin.include_vars: {here}/ansible/roles/nginx/defaults/main.yml
    - ansible.builtin.copy:
        content: "{{{{ {{'env': app_env, 'nginx': nginx_values, 'servers': lookup('template', template)}} | to_json }}}}"
        dest: "{result}"
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
    """The inventory that the real code outputs for one frontend and three model servers."""
    folder = tmp_path_factory.mktemp("made-up")
    shutil.copytree(
        HERE / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform", "*.tfvars", "backend.tf", "tests")
    )
    shutil.copytree(HERE / "cloud-init", folder / "cloud-init")
    (folder / "terraform" / "tests").mkdir()
    (folder / "terraform" / "tests" / "made.tftest.hcl").write_text(MADE_UP)
    call("terraform", "init", "-backend=false", "-input=false", folder=folder / "terraform", data=folder / "data")
    output = call("terraform", "test", "-json", "-verbose", folder=folder / "terraform", data=folder / "data")
    [state] = [line for line in map(json.loads, output.splitlines()) if line["type"] == "test_state"]
    value: dict[str, Any] = state["test_state"]["outputs"]["ansible_inventory"]["value"]
    return value


def test_ansible_reads_the_inventory_and_finds_every_address(inventory: dict[str, Any], tmp_path: Path) -> None:
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


def rendered(inventory: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Returns the frontend's settings as the roles render them, without an instance."""
    (folder / "inventory.json").write_text(json.dumps(inventory))
    (folder / "group_vars").symlink_to(HERE / "ansible" / "group_vars")
    (folder / "playbook.yml").write_text(PLAYBOOK.format(here=HERE, result=folder / "result.json"))
    program = Path(sys.executable).with_name("ansible-playbook")
    call(program, "-i", folder / "inventory.json", "-c", "local", folder / "playbook.yml", folder=folder, data=folder)
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


@pytest.fixture(scope="module")
def of_three(inventory: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return rendered(inventory, tmp_path_factory.mktemp("three"))


def test_the_frontend_uses_the_private_address_of_one_model_server(inventory: dict[str, Any], tmp_path: Path) -> None:
    one: dict[str, Any] = json.loads(json.dumps(inventory))
    models = one["all"]["children"]["model"]
    models["hosts"] = {"model-1": models["hosts"]["model-1"]}
    assert rendered(one, tmp_path)["env"]["FRONTEND_MLFLOW_ADDRESS"] == f"http://{models['hosts']['model-1']['private_ip']}:8000"


def test_the_frontend_reaches_three_model_servers_through_nginx_at_their_private_addresses(
    inventory: dict[str, Any], of_three: dict[str, Any]
) -> None:
    children = inventory["all"]["children"]
    assert of_three["env"]["FRONTEND_MLFLOW_ADDRESS"] == f"http://{children['frontend']['hosts']['frontend-1']['private_ip']}:8000"
    assert of_three["nginx"]["MODEL_LISTEN"] == f"{children['frontend']['hosts']['frontend-1']['private_ip']}:8000"
    for host in children["model"]["hosts"].values():
        assert of_three["servers"].count(f"server {host['private_ip']}:8000 ") == 1
        assert host["ansible_host"] not in json.dumps(of_three)


def test_nginx_and_the_frontend_have_the_same_limits(of_three: dict[str, Any]) -> None:
    nginx, frontend = of_three["nginx"], of_three["env"]
    assert str(nginx["MAX_UPLOAD_BYTES"]) == frontend["FRONTEND_MAX_UPLOAD_BYTES"]
    assert str(nginx["UPLOADS_PER_ADDRESS"]) == frontend["FRONTEND_UPLOADS_PER_ADDRESS"]


class Cloudless:
    """An operator with the real Terraform, whose instances exist only in the state."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.home, self.patch, self.capture = home, patch, capture
        self.folder = home / "ansible" / "environments" / "dev"
        for module in (settings, terraform, playbook):
            patch.setattr(module, "REPOSITORY", home)
        for name in [name for name in os.environ if name.startswith("DEPLOY_")]:
            patch.delenv(name)
        # test_preflight.py and test_deployment.py test credentials, images and the account's contents.
        patch.setattr(preflight, "credentials", lambda settings: None)
        patch.setattr(preflight, "images", lambda settings: None)
        patch.setattr(preflight, "unknown_deployment", lambda settings: None)
        (home / "terraform").mkdir()
        (home / "ansible").mkdir()
        shutil.copy(HERE / "terraform" / "variables.tf", home / "terraform")
        (home / "terraform" / "main.tf").write_text(WITHOUT_A_CLOUD)

    def run_deploy(self, command: str, answer: str = "", **variables: str) -> tuple[int, str]:
        with self.patch.context() as patch:
            for name, value in variables.items():
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
    code, output = operator.run_deploy("infrastructure", operator_cidrs="203.0.113.7/32", registry="registry.example.org")
    assert code == 0, output
    assert operator.instances() == ["frontend-1", "model-1"]
    return operator


def test_ansible_and_ssh_know_the_instances_that_terraform_creates(made: Cloudless) -> None:
    written = json.loads((made.folder / "inventory.json").read_text())
    assert list(written["all"]["children"]["model"]["hosts"]) == ["model-1"]
    assert "Host model-1\n  HostName 192.0.2.1\n" in (made.folder / "ssh_config").read_text()


@pytest.mark.parametrize("wide", ["0.0.0.0/0", "128.0.0.0/1", "203.0.113.7", "203.0.113.7/33", "::/0", ""])
def test_what_terraform_refuses_is_refused_before_it_starts(operator: Cloudless, wide: str) -> None:
    code, output = operator.run_deploy("infrastructure", operator_cidrs=wide, registry="registry.example.org")
    assert code == 1
    assert "DEPLOY_OPERATOR_CIDRS" in output
    assert "fix: make deploy OPERATOR_CIDRS=" in output
    assert not operator.folder.exists()


@pytest.mark.parametrize("registry", ["https://ghcr.io/me", "docker.io/me", "ghcr.io/me/"])
def test_a_registry_that_cannot_hold_the_images_is_refused(operator: Cloudless, registry: str) -> None:
    code, output = operator.run_deploy("infrastructure", operator_cidrs="203.0.113.7/32", registry=registry)
    assert code == 1
    assert "DEPLOY_REGISTRY: " in output
    assert "ghcr.io/NAME" in output
    assert not operator.folder.exists()


def test_everything_stays_if_another_name_is_typed(made: Cloudless) -> None:
    code, output = made.run_deploy("destroy", answer="somebody\n", operator_cidrs="203.0.113.7/32")
    assert code == 1
    assert "nothing was removed" in output
    assert made.instances() == ["frontend-1", "model-1"]


def test_destroy_needs_no_networks(made: Cloudless) -> None:
    code, output = made.run_deploy("destroy", answer="dev\n")
    assert code == 0, output
    assert made.instances() == []
    code, output = made.run_deploy("destroy")
    assert code == 0, output
    assert "nothing to remove" in output


@pytest.mark.parametrize("command", ["status", "rollback", "configure"])
def test_a_missing_deployment_is_reported(operator: Cloudless, command: str) -> None:
    code, output = operator.run_deploy(command)
    assert code == 1
    assert "nothing is deployed as dev" in output
    assert "fix: make deploy" in output


def test_another_operator_with_the_shared_state_finds_the_instances(made: Cloudless, monkeypatch: pytest.MonkeyPatch) -> None:
    state = (made.folder / "terraform.tfstate").read_bytes()
    shutil.rmtree(made.folder)
    here = "\n".join(f"    {name} = true" for name in ("skip_credentials_validation", "skip_requesting_account_id", "use_path_style"))
    text = (HERE / "terraform" / "backend.tf.example").read_text()
    (made.home / "terraform" / "backend.tf").write_text(text.replace('backend "s3" {', 'backend "s3" {\n' + here))
    monkeypatch.setattr(playbook.Playbook, "run", lambda self, *options, rollback=False: 1)  # there is no instance to connect to
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody")

    def bucket(request: Request) -> Answer:
        """Answers like a bucket with one state; a real one needs an account."""
        if "list-type" in request.path:
            return Answer(body=b"<ListBucketResult></ListBucketResult>")
        return Answer(body=state) if "/pneumoscope/dev.tfstate" in request.path else Answer(404)

    with serving(bucket) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{server.host}")
        code, output = made.run_deploy("rollback")
    assert code == 1
    assert "services: the previous version" in output, output
    assert "Host model-1" in (made.folder / "ssh_config").read_text()


def test_a_missing_program_is_named(made: Cloudless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, output = made.run_deploy("status")
    assert code == 1
    assert "terraform is missing" in output
