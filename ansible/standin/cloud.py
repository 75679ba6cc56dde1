"""A stand-in cloud as a whole: starts it, says how it is reached, removes it."""

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
from standin.place import INSTANCE_IMAGE, REPOSITORY, SERVICES_IMAGE, Place
from standin.services import Acme, Registry

HERE = Path(__file__).parent


class Cloud:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.password_file = place.folder / "registry-password"
        self.acme = Acme(place)

    def start(self) -> None:
        self.remove()
        for made in (self.place.folder, self.place.deployment):
            made.mkdir(parents=True, mode=0o700)
        for image, folder in ((INSTANCE_IMAGE, "instance"), (SERVICES_IMAGE, "services")):
            docker("build", "--quiet", "--tag", image, str(HERE / folder))
        docker("network", "create", f"--subnet={self.place.subnet}", f"--label={LABEL}={self.place.name}", self.place.network)
        self.password_file.write_text(secrets.token_hex(16))
        self.registry.start()
        self.serve()
        self.tell()

    def serve(self) -> None:
        environ = os.environ | {"MOTO_AMIS_PATH": str(HERE / "images.json"), "PYTHONPATH": str(HERE.parent)}
        with open(self.place.folder / "log", "w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "standin", "serve", self.place.name],
                cwd=HERE.parent,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self.place.folder / "pid").write_text(str(process.pid))
        end = time.monotonic() + 60
        while not (self.place.folder / "endpoint").exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Failed(f"the API does not start: {(self.place.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.2)

    def tell(self) -> None:
        """What an operator would write down of a private registry: two lines of the environment's ansible.yml."""
        registries = f'["{self.registry.open}", "{self.registry.login}"]'
        (self.place.deployment / "ansible.yml").write_text(
            f"docker_daemon_options: {{insecure-registries: {registries}}}\nprometheus_image: {self.registry.open}/{prometheus()}\n"
        )
        variables = "\n".join(f"export {name}='{value}'" for name, value in self.variables().items())
        (self.place.folder / "env").write_text(variables + "\n")

    @property
    def registry(self) -> Registry:
        return Registry(self.place, self.password_file.read_text())

    @property
    def api(self) -> Api:
        return Api((self.place.folder / "endpoint").read_text())

    def push(self, image: str, name: str = "") -> None:
        """Into the registry, as if it had been there all along."""
        if not docker("images", "--quiet", image):
            docker("pull", "--quiet", image)
        self.registry.push(image, name or image)

    def variables(self) -> dict[str, str]:
        """Everything that leads a deployment here instead of to AWS."""
        return {
            "AWS_ENDPOINT_URL": (self.place.folder / "endpoint").read_text(),
            "AWS_ACCESS_KEY_ID": "standin",
            "AWS_SECRET_ACCESS_KEY": "standin",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_VAR_vpc_cidr": self.place.vpc,
            "DOCKER_INSECURE_REGISTRIES": f"{self.registry.open},{self.registry.login}",
            "DEPLOY_ENVIRONMENT": self.place.name,
            "DEPLOY_OPERATOR_CIDRS": f"{self.place.operator}/32",
            "DEPLOY_REGISTRY": self.registry.open,
        }

    def environ(self) -> dict[str, str]:
        """Without what this machine's own accounts would add."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
        return kept | self.variables()

    def deploy(self, *command: str) -> list[str]:
        """The command that `make deploy` runs."""
        return [str(REPOSITORY / "ansible" / ".venv" / "bin" / "python"), "-m", "deploy", *command]

    def stop(self) -> None:
        file = self.place.folder / "pid"
        if not file.exists():
            return
        pid = int(file.read_text())
        if f"standin\0serve\0{self.place.name}\0" in command(pid):
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 20
            while "standin" in command(pid) and time.monotonic() < end:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.1)

    def remove(self) -> None:
        self.stop()
        machines.remove(self.place)
        for folder in (self.place.folder, self.place.deployment):
            shutil.rmtree(folder, ignore_errors=True)

    def left(self) -> list[str]:
        """What is still there of it, on this machine."""
        folders = [f"folder: {folder}" for folder in (self.place.folder, self.place.deployment) if folder.exists()]
        marks = (f"environments/{self.place.name}/", f"standin\0serve\0{self.place.name}")
        processes = [
            f"process: {pid}" for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if any(m in command(pid) for m in marks)
        ]
        return machines.left(self.place) + folders + processes


def prometheus() -> str:
    """The image that the role runs."""
    defaults = (HERE.parent / "roles" / "prometheus" / "defaults" / "main.yml").read_text()
    return next(line.split(": ")[1] for line in defaults.splitlines() if line.startswith("prometheus_image:"))


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
