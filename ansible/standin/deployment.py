"""Runs the deployment as its operator does, and reads its output."""

import dataclasses
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from standin.cloud import Cloud
from standin.docker import Failed
from standin.layout import REPOSITORY


@dataclasses.dataclass(frozen=True)
class Output:
    text: str

    @property
    def changed(self) -> dict[str, int]:
        """Ansible's count of changes, by instance."""
        return {host: int(count) for host, count in re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", self.text, re.MULTILINE)}

    @property
    def tasks(self) -> set[tuple[str, str]]:
        """The tasks that changed something, each with its instance."""
        found, task = set(), ""
        for line in self.text.splitlines():
            if named := re.match(r"(?:TASK|RUNNING HANDLER) \[(.*?)\]", line):
                task = named[1]
            elif host := re.match(r"changed: \[([^\] ]+)", line):
                found.add((host[1], task))
        return found


class Deployment:
    """A setting is passed as the DEPLOY_… variable of that name. `settings` applies to every command."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.settings: dict[str, str] = {}
        self.prefix: list[str] = []
        self.log: list[str] = []

    def run(self, command: str, *, fails: bool = False, answer: str = "", **settings: str) -> Output:
        variables = {f"DEPLOY_{name.upper()}": value for name, value in (self.settings | settings).items()}
        done = subprocess.run(
            [*self.prefix, *self.cloud.deploy(command)],
            cwd=REPOSITORY,
            env=self.cloud.environ() | {"PYTHONPATH": "ansible", "PYTHONUNBUFFERED": "1"} | variables,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log.append(f"$ python -m deploy {command}  # {variables}\n{done.stdout}")
        if (done.returncode != 0) != fails:
            raise Failed(f"python -m deploy {command} {variables} ended with {done.returncode}")
        return Output(done.stdout)

    @property
    def inventory(self) -> dict[str, Any]:
        inventory: dict[str, Any] = json.loads((self.folder / "inventory.json").read_text())
        return inventory

    @property
    def folder(self) -> Path:
        return self.cloud.layout.deployment

    def host(self, name: str) -> dict[str, str]:
        groups = self.inventory["all"]["children"]
        host: dict[str, str] = groups[name.split("-")[0]]["hosts"][name]
        return host

    def ssh(self, host: str, command: str, *, text: str | None = None, fails: bool = False) -> str:
        line = ["ssh", "-F", str(self.folder / "ssh_config"), "-o", "BatchMode=yes", host, command]
        done = subprocess.run(line, input=text, capture_output=True, text=True, check=False)
        self.log.append(f"$ ssh {host} {command}\n{done.stdout}{done.stderr}")
        if (done.returncode != 0) != fails:
            raise Failed(f"ssh {host} {command} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
        return done.stdout.strip()

    def running(self) -> dict[str, str]:
        """Returns the image of each of our containers, by instance and container."""
        groups = self.inventory["all"]["children"]
        found = {}
        for host in (host for group in groups.values() for host in group["hosts"]):
            # `docker ps` omits digests.
            listed = "sudo docker inspect --format '{{.Name}} {{.Config.Image}} {{.Id}}' $(sudo docker ps --quiet)"
            for line in self.ssh(host, listed).splitlines():
                name, container = line.removeprefix("/").split(maxsplit=1)
                found[f"{host} {name}"] = container
        return found
