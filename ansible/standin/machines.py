"""Boots a container for each instance, from the API's data alone."""

import json
import tempfile
from pathlib import Path

from standin import firewall
from standin.api import Instance
from standin.docker import LABEL, Failed, docker, lines
from standin.layout import INSTANCE_IMAGE, Layout

# The capabilities that systemd and an inner Docker need. They amount to root, so this is for tests only. --privileged
# would need rights that a CI machine may not have.
CAPABILITIES = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "BLOCK_SUSPEND",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_BROADCAST",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
]
UNCONFINED = ("seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined")
MEMORY = {"t3.small": "2g", "t3.medium": "4g"}
# All ports that our services listen on. They are all published; the security groups decide which of them are open.
PORTS = (22, 80, 443, 8000, 8001)


class Machines:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.applied: dict[str, tuple[str, str]] = {}

    def follow(self, wanted: list[Instance]) -> None:
        """Makes the containers match the API. It is called every second."""
        there = self.there()
        for gone in there.keys() - {instance.id for instance in wanted}:
            docker("rm", "--force", "--volumes", there.pop(gone))
        for instance in wanted:
            if instance.id not in there:
                there[instance.id] = self.boot(instance)
            self.protect(instance, there[instance.id])

    def there(self) -> dict[str, str]:
        """Returns the containers by instance id."""
        format_ = '{{.Label "pneumoscope.instance"}} {{.ID}}'
        found = docker("ps", "--all", "--filter", f"label={LABEL}={self.layout.name}", "--format", format_).splitlines()
        return dict(line.split() for line in found if len(line.split()) == 2)

    def boot(self, instance: Instance) -> str:
        options = {
            "--name": f"{instance.name}-{instance.id[-6:]}",
            "--hostname": f"ip-{instance.private.replace('.', '-')}",
            "--network": self.layout.network,
            "--ip": instance.private,
            "--memory": MEMORY[instance.type],
            "--cgroupns": "private",
            "--device-cgroup-rule": "a *:* rwm",
            "--volume": "/var/lib/docker",
        }
        container = docker(
            "create",
            *(argument for option in options.items() for argument in option),
            *(f"--label={label}" for label in (f"{LABEL}={self.layout.name}", f"pneumoscope.instance={instance.id}")),
            *(f"--publish={instance.public}:{port}:{port}" for port in PORTS),
            *(f"--cap-add={capability}" for capability in CAPABILITIES),
            *(f"--security-opt={option}" for option in UNCONFINED),
            *(f"--tmpfs={folder}" for folder in ("/run:exec", "/run/lock", "/tmp:exec")),
            INSTANCE_IMAGE,
        )
        try:
            with tempfile.TemporaryDirectory() as folder:
                seed = Path(folder, "nocloud")
                seed.mkdir()
                (seed / "user-data").write_bytes(instance.user_data)
                (seed / "meta-data").write_text(json.dumps({"instance-id": instance.id, "public-keys": [instance.key]}))
                docker("cp", str(seed), f"{container}:/var/lib/cloud/seed/")
            docker("start", container)
        except Failed:
            docker("rm", "--force", "--volumes", container)
            raise
        return container

    def protect(self, instance: Instance, container: str) -> None:
        """Applies the security groups, again after they change or a restart replaces the network namespace."""
        pid = docker("inspect", "--format", "{{.State.Pid}}", container)
        rules = firewall.table(instance.rules)
        if pid != "0" and self.applied.get(instance.id) != (pid, rules):
            docker("exec", "--interactive", container, "sh", "-c", firewall.SCRIPT, text=rules)
            self.applied[instance.id] = pid, rules

    def reboot(self, instance: Instance) -> None:
        container = self.there()[instance.id]
        docker("restart", "--time", "30", container)
        self.protect(instance, container)


def remove(layout: Layout) -> None:
    """Removes the containers, networks and volumes of a stand-in cloud."""
    if containers := lines("ps", "--all", "--quiet", "--filter", f"label={LABEL}={layout.name}"):
        docker("rm", "--force", "--volumes", *containers)
    for kind in ("network", "volume"):
        if found := lines(kind, "ls", "--quiet", "--filter", f"label={LABEL}={layout.name}"):
            docker(kind, "rm", *found)


def left(layout: Layout) -> list[str]:
    return [
        f"{kind}: {one}"
        for kind, command in {"container": ("ps", "--all"), "network": ("network", "ls"), "volume": ("volume", "ls")}.items()
        for one in lines(*command, "--quiet", "--filter", f"label={LABEL}={layout.name}")
    ]
