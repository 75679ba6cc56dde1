"""An operator who runs the commands of `make deploy`.

Terraform, Docker and Ansible are small programs here that record how they were called.
`make test-cloud` uses the real ones, with containers as instances.
"""

import dataclasses
import io
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy import playbook, terraform
from deploy import settings as deploy_settings
from deploy.__main__ import main

TERRAFORM = """#!/bin/sh
echo "terraform $*" >>'{calls}'
for argument; do
  case $argument in -out=* | -state-out=*) echo '{{}}' >"${{argument#*=}}" ;; esac
done
case "$*" in
version) echo 'Terraform {version}' ;;
*' plan '*) exit 2 ;;
*' output '*) echo '{outputs}' ;;
*' show '*) echo '{shown}' ;;
esac
"""
DOCKER = """#!/bin/sh
for name; do :; done
case ' {images} ' in
*" $name "*) echo sha256:0123 ;;
*) echo "Error response from daemon: No such image: $name" >&2 && exit 1 ;;
esac
"""
ANSIBLE = """#!/bin/sh
echo "ansible-playbook $*" >>'{calls}'
"""
HOST = {"ansible_host": "192.0.2.1", "private_ip": "10.20.0.10", "instance_id": "i-1"}
INVENTORY = {
    "all": {
        "vars": {"ansible_user": "admin", "model_port": 8000, "region": "us-east-1"},
        "children": {"frontend": {"hosts": {"frontend-1": HOST}}, "model": {"hosts": {"model-1": HOST}}},
    }
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    code: int
    output: str


class Operator:
    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str], url: str) -> None:
        self.home, self.patch, self.capture, self.url = home, patch, capture, url
        self.programs, self.calls = home / "bin", home / "calls"
        self.folder = home / "ansible" / "environments" / "dev"
        self.programs.mkdir()
        (home / "ansible").mkdir()
        for module in (deploy_settings, terraform, playbook):
            patch.setattr(module, "REPOSITORY", home)
        patch.setenv("PATH", str(self.programs))
        patch.setattr(sys, "executable", str(self.programs / "python"))
        for name in ("ssh", "ssh-keygen"):
            (self.programs / name).symlink_to(str(shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")))
        self.has_terraform("v1.13.4")
        self.has_images("pneumoscope/frontend:v1", "pneumoscope/modelserver:v1")
        self.install("ansible-playbook", ANSIBLE.format(calls=self.calls))

    def install(self, name: str, script: str) -> None:
        (self.programs / name).write_text(script)
        (self.programs / name).chmod(0o700)

    def has_terraform(self, version: str, *changes: Mapping[str, object]) -> None:
        """Installs a Terraform of this version whose plans have these changes."""
        outputs = {"frontend_url": {"value": self.url}, "region": {"value": "us-east-1"}, "ansible_inventory": {"value": INVENTORY}}
        shown = {"resource_changes": changes}
        script = TERRAFORM.format(calls=self.calls, version=version, outputs=json.dumps(outputs), shown=json.dumps(shown))
        self.install("terraform", script)

    def has_images(self, *images: str) -> None:
        self.install("docker", DOCKER.format(images=" ".join(images)))

    def lacks(self, program: str) -> None:
        (self.programs / program).unlink()

    def run_deploy(self, command: str, *, answer: str = "", **settings: str) -> Outcome:
        with self.patch.context() as patch:
            for name, value in ({"operator_cidrs": "203.0.113.7/32", "version": "v1"} | settings).items():
                patch.setenv(f"DEPLOY_{name.upper()}", value)
            patch.setattr(sys, "stdin", io.StringIO(answer))
            code = main([command])
        captured = self.capture.readouterr()
        return Outcome(code, captured.out + captured.err)

    def calls_of(self, program: str) -> list[str]:
        """Returns the calls of a program, each with its arguments."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.startswith(program + " ")]
