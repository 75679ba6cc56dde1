"""Runs Terraform for one deployment. What it is told lies in the deployment's folder; nothing of it is secret."""

import json
import os
import subprocess
from typing import Any

from deploy.settings import REPOSITORY, Settings

UNCHANGED, CHANGED = 0, 2  # what plan -detailed-exitcode answers


class Terraform:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.plan_file = settings.folder / "plan"
        # A backend.tf says where the state is; without one it is this deployment's file.
        here = not (REPOSITORY / "terraform" / "backend.tf").exists()
        self.state = [f"-state={settings.folder / 'terraform.tfstate'}"] if here else []

    def run(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        environ = os.environ | {
            "TF_DATA_DIR": str(self.settings.folder / "terraform"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }
        command = ["terraform", f"-chdir={REPOSITORY / 'terraform'}", *arguments]
        return subprocess.run(command, env=environ, text=True, check=False, stdout=subprocess.PIPE if capture else None)

    def init(self) -> None:
        # A shared bucket has a state for each deployment: one's plan must never meet another's instances.
        key = [] if self.state else [f"-backend-config=key=pneumoscope/{self.settings.environment}.tfstate"]
        must(self.run("init", "-no-color", *key, capture=True), "terraform init")

    def plan(self, *, destroy: bool = False) -> bool:
        """Writes the plan, and says whether it changes anything."""
        options = [f"-out={self.plan_file}", f"-var-file={self.variables(destroy)}", *self.state, *(["-destroy"] if destroy else [])]
        done = self.run("plan", "-detailed-exitcode", *options)
        if done.returncode not in (UNCHANGED, CHANGED):
            must(done, "terraform plan")
        return done.returncode == CHANGED

    def apply(self) -> None:
        out = [f"-state-out={self.settings.folder / 'terraform.tfstate'}"] if self.state else []
        must(self.run("apply", *self.state, *out, str(self.plan_file)), "terraform apply")
        self.plan_file.unlink(missing_ok=True)

    def outputs(self) -> dict[str, Any]:
        """Nothing when nothing is deployed."""
        if self.state and not (self.settings.folder / "terraform.tfstate").exists():
            return {}
        done = self.run("output", "-json", *self.state, capture=True)
        must(done, "terraform output")
        return {name: output["value"] for name, output in json.loads(done.stdout).items()}

    def variables(self, destroy: bool) -> str:
        settings = self.settings
        # Whoever removes everything need not say who may use it.
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
