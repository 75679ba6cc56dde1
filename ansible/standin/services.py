"""What the world outside has: a registry of images, and an ACME server."""

import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path

from standin.docker import LABEL, Failed, docker
from standin.place import SERVICES_IMAGE, Place

USER = "operator"


class Registry:
    """The same images for everybody at `open`, and for USER at `login`."""

    def __init__(self, place: Place, password: str) -> None:
        self.place, self.password = place, password
        self.open, self.login = f"{place.registry}:5000", f"{place.registry}:5001"

    def start(self) -> None:
        start(
            self.place,
            "registry",
            self.place.registry,
            "--publish=127.0.0.1::5000",
            f"--env=REGISTRY_USER={USER}",
            f"--env=REGISTRY_PASSWORD={self.password}",
            "--volume=/var/lib/standin",
        )
        for port in (5000, 5001):
            answers(f"http://{self.place.registry}:{port}/v2/")

    def push(self, image: str, name: str) -> None:
        """Docker needs no TLS for what is on this machine, and takes it for that by this address alone."""
        port = docker("port", container(self.place, "registry"), "5000/tcp")
        there = f"{port}/{name}"
        docker("tag", image, there)
        try:
            docker("push", "--quiet", there)
        finally:
            docker("rmi", there)


class Acme:
    """Pebble: whatever name it looks up is at one address."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.directory = f"https://{place.acme}:14000/dir"

    def start(self, frontend: str) -> None:
        start(self.place, "acme", self.place.acme, f"--env=ADDRESS={self.place.acme}", f"--env=FRONTEND={frontend}", command="acme")

    def authority(self, file: Path) -> None:
        """Writes what vouches for its own address, and for the certificates that it gives."""
        end = time.monotonic() + 30
        while True:
            try:
                own = docker("exec", container(self.place, "acme"), "cat", "/run/acme/certificate.pem")
                context = ssl.create_default_context(cadata=own)
                with urllib.request.urlopen(f"https://{self.place.acme}:15000/roots/0", context=context, timeout=5) as answer:
                    file.write_text(own + "\n" + answer.read().decode())
                return
            except (Failed, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)


def container(place: Place, service: str) -> str:
    return f"{place.network}-{service}"


def start(place: Place, service: str, address: str, *options: str, command: str = "") -> None:
    name = container(place, service)
    docker(
        "run",
        "--detach",
        f"--name={name}",
        f"--label={LABEL}={place.name}",
        f"--network={place.network}",
        f"--ip={address}",
        *options,
        SERVICES_IMAGE,
        command or service,
    )


def answers(url: str, seconds: float = 30) -> None:
    """Waits for any answer at all."""
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
