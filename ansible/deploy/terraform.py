"""Runs Terraform for one deployment. Its variables are in the deployment's folder; none of them is secret."""

import json
import os
import subprocess
from typing import Any

from deploy import process
from deploy.settings import REPOSITORY, Settings

UNCHANGED, CHANGED = 0, 2  # exit codes of plan -detailed-exitcode


class Terraform:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.plan_file = settings.folder / "plan"
        # backend.tf says where the state is; without it the state is a file of this deployment.
        local = not (REPOSITORY / "terraform" / "backend.tf").exists()
        self.state_file = settings.folder / "terraform.tfstate"
        self.state = [f"-state={self.state_file}"] if local else []

    def run(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        environ = os.environ | {
            "TF_DATA_DIR": str(self.settings.folder / "terraform"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }
        command = ["terraform", f"-chdir={REPOSITORY / 'terraform'}", *arguments]
        return process.run(command, env=environ, capture=capture)

    def init(self) -> None:
        # In a shared bucket each deployment has its own state: a plan must never see another deployment's instances.
        key = [] if self.state else [f"-backend-config=key=pneumoscope/{self.settings.environment}.tfstate"]
        must(self.run("init", "-no-color", *key, capture=True), "terraform init")

    def plan(self, *, destroy: bool = False) -> bool:
        """Writes the plan, and returns whether it changes anything."""
        files = [f"-var-file={own}"] if (own := self.settings.folder / "terraform.tfvars").exists() else []
        files.append(f"-var-file={self.variables(destroy)}")
        options = [f"-out={self.plan_file}", *files, *self.state, *(["-destroy"] if destroy else [])]
        done = self.run("plan", "-detailed-exitcode", *options)
        if done.returncode not in (UNCHANGED, CHANGED):
            must(done, "terraform plan")
        return done.returncode == CHANGED

    def losses(self) -> list[str]:
        """Returns what the plan removes for good."""
        done = self.run("show", "-json", str(self.plan_file), capture=True)
        must(done, "terraform show")
        lost = []
        for change in json.loads(done.stdout).get("resource_changes", []):
            if "delete" not in change["change"]["actions"]:
                continue
            if change["type"] == "aws_instance":
                fate = "replaced" if "create" in change["change"]["actions"] else "removed"
                lost.append(f"the instance {change['index']} is {fate}, and its disk is lost")
            elif change["type"] == "aws_vpc_security_group_ingress_rule" and str(change.get("index", "")).startswith("frontend https"):
                lost.append("HTTPS ends; browsers that have used it refuse the page over HTTP for a year")
        return list(dict.fromkeys(lost))

    def apply(self) -> None:
        out = [f"-state-out={self.state_file}"] if self.state else []
        must(self.run("apply", *self.state, *out, str(self.plan_file)), "terraform apply")
        self.plan_file.unlink(missing_ok=True)

    def outputs(self) -> dict[str, Any]:
        """Returns an empty dict when nothing is deployed."""
        if self.state and not self.state_file.exists():
            return {}
        done = self.run("output", "-json", *self.state, capture=True)
        must(done, "terraform output")
        return {name: output["value"] for name, output in json.loads(done.stdout).items()}

    def empty(self) -> bool:
        """Returns whether the state is empty."""
        if self.state and not self.state_file.exists():
            return True
        done = self.run("show", "-json", *([str(self.state_file)] if self.state else []), capture=True)
        must(done, "terraform show")
        return not json.loads(done.stdout).get("values")

    def variables(self, destroy: bool) -> str:
        settings = self.settings
        # Removing everything needs no networks.
        networks = settings.networks or (["127.0.0.1/32"] if destroy else [])
        file = settings.folder / "deploy.tfvars.json"
        values: dict[str, Any] = {
            "environment": settings.environment,
            "region": settings.region,
            "operator_cidrs": networks,
            "ssh_public_key": settings.key.with_name(settings.key.name + ".pub").read_text().strip(),
            "model_count": int(settings.model_count),
            "monitoring": settings.monitoring == "true",
            "domain": settings.domain or None,
        }
        file.write_text(json.dumps(values, indent=2) + "\n")
        return str(file)


def must(done: subprocess.CompletedProcess[str], what: str) -> None:
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, what)
