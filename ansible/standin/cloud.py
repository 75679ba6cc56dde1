"""Starts a stand-in cloud, returns the variables that lead a deployment to it, and removes it."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from standin import machines
from standin.api import Api
from standin.docker import LABEL, Failed, docker
from standin.layout import INSTANCE_IMAGE, REPOSITORY, SERVICES_IMAGE, Layout
from standin.services import Acme, Registry

HERE = Path(__file__).parent


class Cloud:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.password_file = layout.folder / "registry-password"
        self.acme = Acme(layout)

    def start(self) -> None:
        self.remove()
        for made in (self.layout.folder, self.layout.deployment):
            made.mkdir(parents=True, mode=0o700)
        for image, folder in ((INSTANCE_IMAGE, "instance"), (SERVICES_IMAGE, "services")):
            docker("build", "--quiet", "--tag", image, str(HERE / folder))
        docker("network", "create", f"--subnet={self.layout.subnet}", f"--label={LABEL}={self.layout.name}", self.layout.network)
        self.password_file.write_text(secrets.token_hex(16))
        self.registry.start()
        self.serve()
        self.write_settings()

    def serve(self) -> None:
        environ = os.environ | {"MOTO_AMIS_PATH": str(HERE / "images.json"), "PYTHONPATH": str(HERE.parent)}
        with open(self.layout.folder / "log", "w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "standin", "serve", self.layout.name],
                cwd=HERE.parent,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.layout.folder / "pid").write_text(str(process.pid))
        end = time.monotonic() + 60
        while not (self.layout.folder / "endpoint").exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Failed(f"the API does not start: {(self.layout.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.2)

    def write_settings(self) -> None:
        """Writes the two lines of ansible.yml that an operator of a private registry would write, and the file env."""
        registries = f'["{self.registry.open}", "{self.registry.login}"]'
        (self.layout.deployment / "ansible.yml").write_text(
            f"docker_daemon_options: {{insecure-registries: {registries}}}\nprometheus_image: {self.registry.open}/{prometheus()}\n"
        )
        variables = "\n".join(f"export {name}='{value}'" for name, value in self.variables().items())
        (self.layout.folder / "env").write_text(variables + "\n")

    @property
    def registry(self) -> Registry:
        return Registry(self.layout, self.password_file.read_text())

    @property
    def api(self) -> Api:
        return Api((self.layout.folder / "endpoint").read_text())

    def push(self, image: str, name: str = "") -> None:
        """Pushes an image into the registry."""
        if not docker("images", "--quiet", image):
            docker("pull", "--quiet", image)
        self.registry.push(image, name or image)

    def variables(self) -> dict[str, str]:
        """Returns the variables that lead a deployment here instead of to AWS."""
        return {
            "AWS_ENDPOINT_URL": (self.layout.folder / "endpoint").read_text(),
            "AWS_ACCESS_KEY_ID": "standin",
            "AWS_SECRET_ACCESS_KEY": "standin",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_VAR_vpc_cidr": self.layout.vpc,
            "DOCKER_INSECURE_REGISTRIES": f"{self.registry.open},{self.registry.login}",
            "DEPLOY_ENVIRONMENT": self.layout.name,
            "DEPLOY_OPERATOR_CIDRS": f"{self.layout.operator}/32",
            "DEPLOY_REGISTRY": self.registry.open,
        }

    def environ(self) -> dict[str, str]:
        """Returns an environment without the variables of this machine's own AWS accounts."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
        return kept | self.variables()

    def deploy(self, *command: str) -> list[str]:
        """Returns the command that `make deploy` runs."""
        return [str(REPOSITORY / "ansible" / ".venv" / "bin" / "python"), "-m", "deploy", *command]

    def stop(self) -> None:
        file = self.layout.folder / "pid"
        if not file.exists():
            return
        pid = int(file.read_text())
        if f"standin\0serve\0{self.layout.name}\0" in command_line(pid):
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 20
            while "standin" in command_line(pid) and time.monotonic() < end:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.1)

    def remove(self) -> None:
        self.stop()
        machines.remove(self.layout)
        for folder in (self.layout.folder, self.layout.deployment):
            shutil.rmtree(folder, ignore_errors=True)

    def left(self) -> list[str]:
        """Returns what is left of it on this machine."""
        folders = [f"folder: {folder}" for folder in (self.layout.folder, self.layout.deployment) if folder.exists()]
        marks = (f"environments/{self.layout.name}/", f"standin\0serve\0{self.layout.name}")
        processes = [
            f"process: {pid}"
            for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if any(mark in command_line(pid) for mark in marks)
        ]
        return machines.left(self.layout) + folders + processes


def prometheus() -> str:
    """Returns the image that the role prometheus runs."""
    defaults = (HERE.parent / "roles" / "prometheus" / "defaults" / "main.yml").read_text()
    return next(line.split(": ")[1] for line in defaults.splitlines() if line.startswith("prometheus_image:"))


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
