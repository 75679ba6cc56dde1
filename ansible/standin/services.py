"""The internet: a registry of images, and an ACME server."""

import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path

from standin.docker import LABEL, Failed, docker
from standin.layout import SERVICES_IMAGE, Layout

USER = "operator"


class Registry:
    """The same images at two addresses: `open` needs no login, `login` needs the password of USER."""

    def __init__(self, layout: Layout, password: str) -> None:
        self.layout, self.password = layout, password
        self.open, self.login = f"{layout.registry}:5000", f"{layout.registry}:5001"

    def start(self) -> None:
        start(
            self.layout,
            "registry",
            self.layout.registry,
            "--publish=127.0.0.1::5000",
            f"--env=REGISTRY_USER={USER}",
            f"--env=REGISTRY_PASSWORD={self.password}",
            "--volume=/var/lib/standin",
        )
        for port in (5000, 5001):
            wait(f"http://{self.layout.registry}:{port}/v2/")

    def push(self, image: str, name: str) -> None:
        """Pushes through a loopback address, the only kind that Docker uses without TLS by default."""
        port = docker("port", container(self.layout, "registry"), "5000/tcp")
        there = f"{port}/{name}"
        docker("tag", image, there)
        try:
            docker("push", "--quiet", there)
        finally:
            docker("rmi", there)


class Acme:
    """Pebble, with a DNS that resolves every name to one address."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.directory = f"https://{layout.acme}:14000/dir"

    def start(self, frontend: str) -> None:
        start(self.layout, "acme", self.layout.acme, f"--env=ADDRESS={self.layout.acme}", f"--env=FRONTEND={frontend}", command="acme")

    def authority(self, file: Path) -> None:
        """Writes the certificates that clients must trust: one for its own address, and one of its authority."""
        end = time.monotonic() + 30
        while True:
            try:
                own = docker("exec", container(self.layout, "acme"), "cat", "/run/acme/certificate.pem")
                context = ssl.create_default_context(cadata=own)
                with urllib.request.urlopen(f"https://{self.layout.acme}:15000/roots/0", context=context, timeout=5) as answer:
                    file.write_text(own + "\n" + answer.read().decode())
                return
            except (Failed, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)


def container(layout: Layout, service: str) -> str:
    return f"{layout.network}-{service}"


def start(layout: Layout, service: str, address: str, *options: str, command: str = "") -> None:
    name = container(layout, service)
    docker(
        "run",
        "--detach",
        f"--name={name}",
        f"--label={LABEL}={layout.name}",
        f"--network={layout.network}",
        f"--ip={address}",
        *options,
        SERVICES_IMAGE,
        command or service,
    )


def wait(url: str, seconds: float = 30) -> None:
    """Waits for any HTTP answer."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError as error:
            if time.monotonic() > end:
                raise Failed(f"{url} does not answer: {error}") from error
            time.sleep(0.2)
