"""python -m deploy COMMAND: see USAGE; `make` has a target for each."""

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
  apply      make or change the instances, put the services on them, try them
  plan       say what apply would do to the instances
  check      say whether anything differs from what is wanted; changes nothing
  status     say what runs where
  rollback   put back the version before the one that runs
  destroy    remove everything, once its name has been typed
  preflight  only look for what would stop a deployment
  infrastructure, configure   the two halves of apply
  settings   list the variables that all of these read"""


class Deployment:
    def __init__(self, config: Settings) -> None:
        self.config = config
        self.terraform = Terraform(config)
        self.playbook = Playbook(config)
        self.started = time.monotonic()
        self.claimed = False
        self.held = contextlib.ExitStack()  # until main ends

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:4.0f} s] {text}", flush=True)

    def preflight(self) -> None:
        self.say(f"looking for what would stop a deployment of {self.config.environment}")
        preflight.run(self.config, print)

    def claim(self) -> None:
        """Makes the deployment's folder, and holds it: another run would have its plan and its inventory overwritten."""
        if self.claimed:
            return
        self.config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.config.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.held.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = f"another make deploy of {self.config.environment} is at work on this machine"
            raise Refused(problem, "wait until it has ended") from error
        self.claimed = True

    def open_state(self) -> bool:
        """Says whether anything is there. In another region Terraform would find nothing of what it made, and forget
        it while it runs on."""
        config = self.config
        self.terraform.init()
        if there := self.terraform.outputs().get("region"):
            if there != config.region:
                raise Refused(
                    f"{config.environment} is in {there}, and not in {config.region}",
                    f"REGION={there}, for good as the line DEPLOY_REGION={there} in {config.folder}/settings; or another ENVIRONMENT",
                )
            return True
        return not self.terraform.empty()

    def prepare(self, *, removes: bool = False) -> None:
        """Opens the state, and makes what a new deployment has for itself: a key, a token."""
        config = self.config
        self.claim()
        there = self.open_state()
        if not there:
            preflight.unknown_deployment(config)
        if not config.ssh_key and not config.key.exists():
            if there and not removes:
                raise self.not_here(config.key, "another key would mean other instances")
            self.say(f"making an SSH key, {config.key}")
            comment = f"pneumoscope-{config.environment}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", config.key], check=True)
        if config.token_file and not config.token_file.exists() and not removes:
            if there:
                make = f"install -m 600 /dev/null {config.token_file} && openssl rand -hex 32 >{config.token_file}"
                raise self.not_here(config.token_file, "with another the frontend is refused for a while", f"; if there was none: {make}")
            self.say(f"making the model servers' token, {config.token_file}")
            with open(os.open(config.token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")

    def not_here(self, file: Path, why: str, otherwise: str = "") -> Refused:
        return Refused(
            f"{self.config.environment} is deployed, and {file} is not there: {why}",
            f"copy {self.config.folder} from whoever deployed it{otherwise}",
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
            self.must_be_meant()
            self.terraform.apply()
        self.playbook.take(self.terraform.outputs()["ansible_inventory"])

    def must_be_meant(self) -> None:
        """Nobody upgrades a service and loses an instance unasked: by a setting that was forgotten, say."""
        name, losses = self.config.environment, self.terraform.losses()
        if losses and ask("".join(f"  {loss}\n" for loss in losses) + f"Type {name} if that is meant: ") != name:
            self.terraform.plan_file.unlink(missing_ok=True)
            raise Refused(
                "nothing was changed",
                f"type {name} when you are asked; or tell what was told before, for good in {self.config.folder}/settings",
            )

    def configure(self) -> None:
        self.claim()
        self.there()
        preflight.images(self.config)
        self.say("services: ansible")
        must_end_well(self.playbook.run(), "ansible-playbook")
        self.try_it()

    def apply(self) -> None:
        self.infrastructure()
        self.configure()

    def check(self) -> None:
        self.preflight()
        self.there()
        self.say("do the instances differ from what is wanted?")
        self.prepare()
        drifted = self.terraform.plan()
        self.terraform.plan_file.unlink(missing_ok=True)
        self.say("do the services?")
        must_end_well(self.playbook.run("--check", "--diff"), "ansible-playbook --check")
        if drifted:
            raise Refused("the instances differ from what is wanted", "make deploy changes them back")

    def nothing_there(self) -> Refused:
        return Refused(f"nothing is deployed as {self.config.environment}", "make deploy")

    def there(self) -> dict[str, Any]:
        """What Terraform knows of the instances, of which Ansible and ssh are told."""
        if not self.terraform.state:
            self.terraform.init()  # another operator may have made them
        outputs = self.terraform.outputs()
        if "ansible_inventory" not in outputs:
            raise self.nothing_there()
        self.config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.playbook.take(outputs["ansible_inventory"])
        return outputs

    def status(self) -> None:
        outputs = self.there()
        listing = "sudo docker ps --all --format '{{.Names}}  {{.Image}}  {{.Status}}'"
        certificate = "sudo sh -c 'test ! -e /etc/letsencrypt/live || certbot certificates 2>/dev/null | grep -E \"Domains|Expiry\"'"
        for name in hosts(outputs["ansible_inventory"]):
            print(f"{name}:", flush=True)
            subprocess.run(
                ["ssh", "-F", self.playbook.ssh_config, name, f"{listing}; {certificate}; systemctl is-system-running"], check=False
            )
        self.try_it()

    def rollback(self) -> None:
        self.claim()
        self.there()
        self.say("services: the version before")
        must_end_well(self.playbook.run(rollback=True), "ansible-playbook")
        self.try_it()

    def destroy(self) -> None:
        name = self.config.environment
        for needed in (preflight.plain_values, preflight.key, preflight.credentials):
            needed(self.config)
        self.prepare(removes=True)
        if not self.terraform.plan(destroy=True):
            self.say("there is nothing to remove")
            return
        if ask(f"All of this goes, and cannot come back. Type {name} to remove it: ") != name:
            self.terraform.plan_file.unlink(missing_ok=True)
            raise Refused("nothing was removed", f"type {name} when you are asked")
        self.terraform.apply()
        for file in (self.playbook.inventory, self.playbook.known_hosts, self.playbook.ssh_config):
            file.unlink(missing_ok=True)
        self.say("removed; the key, the token and the settings stay in " + str(self.config.folder))

    def try_it(self) -> None:
        outputs = self.terraform.outputs()
        url = outputs["frontend_url"]
        self.say("one drawn film")
        try:
            score = smoke.ask(url, ca=self.config.acme_ca)
        except (OSError, ValueError) as error:
            raise Refused(f"the page at {url} does not score a film: {error}", "make deploy-status says what runs where") from error
        first = next(iter(outputs["ansible_inventory"]["all"]["children"]["model"]["hosts"].values()))
        port = outputs["ansible_inventory"]["all"]["vars"]["model_port"]
        self.say(f"probability {score.probability:.3f}, by the model {score.model}")
        print(f"\nFrontend:      {url}\nModel server:  http://{first['ansible_host']}:{port}/ (reached by the frontend alone)")
        print(f"\n  curl -fsS -o film.png {url}phantom.png && curl -fsS -F film=@film.png -H 'Accept: application/json' {url}predict\n")


def ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:  # nobody is there to answer
        return ""


def must_end_well(code: int, what: str) -> None:
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
        print(f"deploy: {refused.problem}\n  mend: {refused.remedy}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"deploy: there is no {error.filename}\n  mend: make deploy-plan says what is missing, and how to get it", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"deploy: {error.cmd} ended with {error.returncode}: what it said is above", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
