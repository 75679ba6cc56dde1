"""Runs Ansible on the instances that Terraform has created."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy import process, registry
from deploy.settings import REPOSITORY, Settings


class Playbook:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.inventory = settings.folder / "inventory.json"
        self.ssh_config = settings.folder / "ssh_config"
        self.known_hosts = settings.folder / "known_hosts"

    def write_inventory(self, inventory: dict[str, Any]) -> None:
        """Writes the inventory and ssh's configuration, and forgets the host key of each replaced instance."""
        known = hosts(json.loads(self.inventory.read_text())) if self.inventory.exists() else {}
        for name, host in hosts(inventory).items():
            old = known.get(name, {})
            if self.known_hosts.exists() and old.get("instance_id") != host["instance_id"]:
                self.forget_key(host["ansible_host"])
        self.inventory.write_text(json.dumps(inventory, indent=2) + "\n")
        self.ssh_config.write_text(self.configuration(inventory))

    def forget_key(self, address: str) -> None:
        subprocess.run(["ssh-keygen", "-q", "-R", address, "-f", self.known_hosts], capture_output=True, check=False)

    def configuration(self, inventory: dict[str, Any]) -> str:
        lines = []
        for name, host in hosts(inventory).items():
            lines += [f"Host {name}", f"  HostName {host['ansible_host']}"]
        return "\n".join(
            [
                *lines,
                "Host *",
                f"  User {inventory['all']['vars']['ansible_user']}",
                f'  IdentityFile "{self.settings.key}"',
                "  IdentitiesOnly yes",
                f'  UserKnownHostsFile "{self.known_hosts}"',
                "  StrictHostKeyChecking accept-new",
                "  ServerAliveInterval 15",
                "",
            ]
        )

    def variables(self, **more: Any) -> Path:
        settings = self.settings
        values = {
            "app_version": settings.version,
            "app_registry": settings.registry,
            "app_registry_username": settings.registry_username,
            "app_registry_password_file": str(Path(settings.registry_password_file).expanduser())
            if settings.registry_password_file
            else "",
            "app_ssh_config": str(self.ssh_config),
            "app_token_file": str(settings.token_file or ""),
            "tls_acme_email": settings.acme_email,
            "tls_acme_server": settings.acme_server,
            "tls_acme_ca": settings.acme_ca,
        } | more
        file = settings.folder / "variables.json"
        file.write_text(json.dumps(values, indent=2) + "\n")
        return file

    def images(self) -> dict[str, str]:
        """Returns an identifier of each image's bytes: a digest from the registry, or an id from the local Docker."""
        if self.settings.registry:
            return registry.pinned(self.settings)
        inspect = ["docker", "image", "inspect", "--format", "{{.Id}}"]
        return {
            name: subprocess.run([*inspect, image], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            for name, image in self.settings.images().items()
        }

    def run(self, *options: str, rollback: bool = False) -> int:
        images = {} if rollback else self.images()
        release = hashlib.sha256("".join(images.values()).encode()).hexdigest()[:8]
        variables: dict[str, Any] = {"app_rollback": rollback, "app_release": f"{self.settings.version}-{release}"}
        if self.settings.registry:
            variables |= {f"app_{name}_image": image for name, image in images.items()}
        command = [
            str(Path(sys.executable).with_name("ansible-playbook")),
            f"--inventory={self.inventory}",
            f"--extra-vars=@{self.variables(**variables)}",
            *([f"--extra-vars=@{more}"] if (more := self.settings.folder / "ansible.yml").exists() else []),
            *options,
            "site.yml",
        ]
        environ = os.environ | {
            "ANSIBLE_CONFIG": str(REPOSITORY / "ansible" / "ansible.cfg"),
            "ANSIBLE_SSH_COMMON_ARGS": f'-F "{self.ssh_config}"',
            # Ansible and its modules need a UTF-8 locale.
            "LC_ALL": "C.UTF-8",
        }
        return process.run(command, cwd=REPOSITORY / "ansible", env=environ).returncode


def hosts(inventory: dict[str, Any]) -> dict[str, dict[str, str]]:
    groups = inventory["all"]["children"]
    return {name: host for group in groups.values() for name, host in group["hosts"].items()}
