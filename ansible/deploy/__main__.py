"""python -m deploy COMMAND: see USAGE; `make` has a target for each command."""

import contextlib
import fcntl
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy import preflight, settings, smoke
from deploy.playbook import Playbook, hosts
from deploy.settings import Refused, Settings
from deploy.terraform import Terraform

USAGE = """usage: python -m deploy COMMAND
  apply      create or change the instances, put the services on them, score one film
  plan       show what apply would do to the instances
  check      show what differs from the settings; changes nothing
  status     show what runs where
  rollback   return to the previous version
  destroy    remove everything; asks for the environment's name first
  preflight  only look for problems that would stop a deployment
  infrastructure, configure   the two halves of apply
  settings   list the variables that these commands read"""


class Deployment:
    def __init__(self, config: Settings) -> None:
        self.config = config
        self.terraform = Terraform(config)
        self.playbook = Playbook(config)
        self.started = time.monotonic()
        self.claimed = False
        self.held = contextlib.ExitStack()  # released when main ends

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:4.0f} s] {text}", flush=True)

    def preflight(self) -> None:
        self.say(f"looking for problems that would stop a deployment of {self.config.environment}")
        preflight.run(self.config, print)

    def claim(self) -> None:
        """Creates the deployment's folder and locks it, because two runs would overwrite each other's plan and inventory."""
        if self.claimed:
            return
        self.config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.config.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.held.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = f"another make deploy of {self.config.environment} is running on this machine"
            raise Refused(problem, "wait until it ends") from error
        self.claimed = True

    def open_state(self) -> bool:
        """Returns whether anything is deployed. Refuses another region: Terraform would not find its resources there,
        and would forget them while they keep running."""
        config = self.config
        self.terraform.init()
        if region := self.terraform.outputs().get("region"):
            if region != config.region:
                raise Refused(
                    f"{config.environment} is in {region}, not in {config.region}",
                    f"REGION={region}, or permanently DEPLOY_REGION={region} in {config.folder}/settings; or choose another ENVIRONMENT",
                )
            return True
        return not self.terraform.empty()

    def prepare(self, *, removes: bool = False) -> None:
        """Opens the state, and creates the key and the token of a new deployment."""
        config = self.config
        self.claim()
        deployed = self.open_state()
        if not deployed:
            preflight.unknown_deployment(config)
        if not config.ssh_key and not config.key.exists():
            if deployed and not removes:
                raise self.not_here(config.key, "a new key would replace the instances")
            self.say(f"creating the SSH key {config.key}")
            comment = f"pneumoscope-{config.environment}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", config.key], check=True)
        if config.token_file and not config.token_file.exists() and not removes:
            if deployed:
                create = f"install -m 600 /dev/null {config.token_file} && openssl rand -hex 32 >{config.token_file}"
                raise self.not_here(
                    config.token_file, "with a new token the frontend is refused for a while", f"; if it had no token: {create}"
                )
            self.say(f"creating the model servers' token {config.token_file}")
            with open(os.open(config.token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")

    def not_here(self, file: Path, why: str, otherwise: str = "") -> Refused:
        return Refused(
            f"{self.config.environment} is deployed, but {file} is missing: {why}",
            f"copy {self.config.folder} from the operator who deployed it{otherwise}",
        )

    def plan(self) -> None:
        self.preflight()
        self.prepare()
        if self.terraform.plan():
            for loss in self.terraform.losses():
                print(f"  {loss}")
        self.terraform.plan_file.unlink(missing_ok=True)

    def infrastructure(self) -> None:
        self.preflight()
        self.say("instances: terraform")
        self.prepare()
        if self.terraform.plan():
            self.confirm_losses()
            self.terraform.apply()
        self.playbook.write_inventory(self.terraform.outputs()["ansible_inventory"])

    def confirm_losses(self) -> None:
        """Asks before an instance is lost, for example because a setting was forgotten in an upgrade."""
        name, losses = self.config.environment, self.terraform.losses()
        if losses and ask("".join(f"  {loss}\n" for loss in losses) + f"Type {name} to confirm: ") != name:
            self.terraform.plan_file.unlink(missing_ok=True)
            raise Refused(
                "nothing was changed",
                f"type {name} when asked; or give the previous settings again, permanently in {self.config.folder}/settings",
            )

    def configure(self) -> None:
        self.claim()
        self.open_inventory()
        preflight.images(self.config)
        self.say("services: ansible")
        must_succeed(self.playbook.run(), "ansible-playbook")
        self.smoke_test()

    def apply(self) -> None:
        self.infrastructure()
        self.configure()

    def check(self) -> None:
        self.preflight()
        self.open_inventory()
        self.say("comparing the instances with the settings")
        self.prepare()
        drifted = self.terraform.plan()
        self.terraform.plan_file.unlink(missing_ok=True)
        self.say("comparing the services with the settings")
        must_succeed(self.playbook.run("--check", "--diff"), "ansible-playbook --check")
        if drifted:
            raise Refused("the instances differ from the settings", "make deploy changes them back")

    def not_deployed(self) -> Refused:
        return Refused(f"nothing is deployed as {self.config.environment}", "make deploy")

    def open_inventory(self) -> dict[str, Any]:
        """Writes the inventory for Ansible and ssh, and returns Terraform's outputs."""
        if not self.terraform.state:
            self.terraform.init()  # another operator may have created them
        outputs = self.terraform.outputs()
        if "ansible_inventory" not in outputs:
            raise self.not_deployed()
        self.config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.playbook.write_inventory(outputs["ansible_inventory"])
        return outputs

    def status(self) -> None:
        outputs = self.open_inventory()
        listing = "sudo docker ps --all --format '{{.Names}}  {{.Image}}  {{.Status}}'"
        certificate = "sudo sh -c 'test ! -e /etc/letsencrypt/live || certbot certificates 2>/dev/null | grep -E \"Domains|Expiry\"'"
        for name in hosts(outputs["ansible_inventory"]):
            print(f"{name}:", flush=True)
            subprocess.run(
                ["ssh", "-F", self.playbook.ssh_config, name, f"{listing}; {certificate}; systemctl is-system-running"], check=False
            )
        self.smoke_test()

    def rollback(self) -> None:
        self.claim()
        self.open_inventory()
        self.say("services: the previous version")
        must_succeed(self.playbook.run(rollback=True), "ansible-playbook")
        self.smoke_test()

    def destroy(self) -> None:
        name = self.config.environment
        for needed in (preflight.plain_values, preflight.key, preflight.credentials):
            needed(self.config)
        self.prepare(removes=True)
        if not self.terraform.plan(destroy=True):
            self.say("nothing to remove")
            return
        if ask(f"All of this is removed for good. Type {name} to confirm: ") != name:
            self.terraform.plan_file.unlink(missing_ok=True)
            raise Refused("nothing was removed", f"type {name} when asked")
        self.terraform.apply()
        for file in (self.playbook.inventory, self.playbook.known_hosts, self.playbook.ssh_config):
            file.unlink(missing_ok=True)
        self.say(f"removed; key, token and settings are kept in {self.config.folder}")

    def smoke_test(self) -> None:
        outputs = self.terraform.outputs()
        url = outputs["frontend_url"]
        self.say("scoring one drawn film")
        try:
            score = smoke.score(url, ca=self.config.acme_ca)
        except (OSError, ValueError) as error:
            raise Refused(f"the page at {url} does not score a film: {error}", "make deploy-status shows what runs where") from error
        first = next(iter(outputs["ansible_inventory"]["all"]["children"]["model"]["hosts"].values()))
        port = outputs["ansible_inventory"]["all"]["vars"]["model_port"]
        self.say(f"probability {score.probability:.3f}, model {score.model}")
        print(f"\nFrontend:      {url}\nModel server:  http://{first['ansible_host']}:{port}/ (open to the frontend only)")
        print(f"\n  curl -fsS -o film.png {url}phantom.png && curl -fsS -F film=@film.png -H 'Accept: application/json' {url}predict\n")


def ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:  # no terminal
        return ""


def must_succeed(code: int, what: str) -> None:
    if code:
        raise subprocess.CalledProcessError(code, what)


def main(arguments: list[str]) -> int:
    if arguments == ["settings"]:
        print(settings.table())
        return 0
    commands = ("apply", "plan", "check", "status", "rollback", "destroy", "preflight", "infrastructure", "configure")
    if len(arguments) != 1 or arguments[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        deployment = Deployment(settings.load(os.environ))
        command: Callable[[], None] = getattr(deployment, arguments[0])
        with deployment.held:
            command()
    except Refused as refused:
        print(f"deploy: {refused.problem}\n  fix: {refused.remedy}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"deploy: {error.filename} is missing\n  fix: make deploy-plan says what is missing and how to get it", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"deploy: {error.cmd} ended with {error.returncode}; see its output above", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; run it again to continue", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
