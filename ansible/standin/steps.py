"""Helpers of the scenario's steps."""

import csv
import json
import os
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from standin import probe
from standin.cloud import Cloud
from standin.deployment import Deployment
from standin.docker import Failed, docker
from standin.layout import INSTANCE_IMAGE
from standin.visitors import Visitors, probability

DOMAIN = "films.example.org"


class Steps:
    def __init__(self, cloud: Cloud, version: str) -> None:
        self.cloud, self.version = cloud, version
        self.deployment = Deployment(cloud)
        self.log = self.deployment.log
        self.films: dict[Path, float] = {}
        self.built: list[str] = []
        self.changes: set[tuple[str, str]] = set()  # predicted by make deploy-check

    @property
    def address(self) -> str:
        return self.deployment.host("frontend-1")["ansible_host"]

    @property
    def url(self) -> str:
        return f"http://{self.address}/"

    def scored(self) -> None:
        for film, wanted in self.films.items():
            got = probability(self.url, film)
            must(got == wanted, f"{film.name}: {got}, and {wanted} by the local services")

    def visitors(self) -> Visitors:
        return Visitors(self.url, next(iter(self.films)))

    def counted(self, visitors: Visitors) -> str:
        return f"0 of {visitors.requests} requests failed, the slowest took {visitors.slowest:.1f} s"

    def images(self) -> dict[str, str]:
        """Returns the running images by instance and service, whichever slot they are in."""
        running = self.deployment.running()
        return {name.rsplit("-", 1)[0]: image.split()[0] for name, image in running.items()}

    def broken_upgrade(self, service: str) -> str:
        """Deploys a version that never becomes ready, with a shorter timeout to save a minute and a half."""
        before = self.deployment.running()
        file = self.deployment.folder / "ansible.yml"
        text = file.read_text()
        file.write_text(f"{text}app_ready_seconds: 40\n")
        with self.visitors() as visitors:
            output = self.deployment.run("apply", version=f"broken-{service}", fails=True)
        file.write_text(text)
        must("did not become ready" in output.text, "the output does not name the failure")
        must("The old version keeps serving" in output.text, "the output does not say what serves now")
        must(self.deployment.running() == before, f"{before} became {self.deployment.running()}")
        self.scored()
        return self.counted(visitors)

    def name_the_other_slot(self) -> None:
        """Leaves both instances as an interrupted run does: NGINX's files name a slot that it has not loaded."""
        for host, service in (("frontend-1", "frontend"), ("model-1", "modelserver")):
            live = "8080" if any(name == f"{host} {service}-blue" for name in self.deployment.running()) else "8082"
            swap = {"8080": "s/:8080/:8082/;s/:8081/:8083/", "8082": "s/:8082/:8080/;s/:8083/:8081/"}[live]
            self.deployment.ssh(host, f"sudo sed -i '{swap}' /etc/nginx/conf.d/pneumoscope-{service}.conf")

    def reach(self, wanted: dict[str, str]) -> None:
        """Tries every used port from every source. `wanted` names the ports that accept, such as f:80; f and m are the instances."""
        hosts = {"f": self.deployment.host("frontend-1")["private_ip"], "m": self.deployment.host("model-1")["private_ip"]}
        ports = {"f": (22, 80, 443, 8000, 8080, 8081, 8082, 8083, 9090), "m": (22, 80, 2375, 8000, 8001)}
        tried = [f"{hosts[name]}:{port}" for name in hosts for port in ports[name]]
        text = Path(probe.__file__).read_text()
        for source, open_ in wanted.items():
            others = [address for address in tried if not address.startswith(hosts.get(source[0], "-") + ":")] if "-" in source else tried
            if source == "operator":
                found = probe.reached(others)
            elif source == "stranger":
                layout = self.cloud.layout
                found = json.loads(
                    docker(
                        "run",
                        "--rm",
                        "--interactive",
                        f"--network={layout.network}",
                        f"--ip={layout.stranger}",
                        INSTANCE_IMAGE,
                        "python3",
                        "-",
                        *others,
                        text=text,
                    )
                )
            else:
                found = json.loads(self.deployment.ssh(source, f"python3 - {' '.join(others)}", text=text))
            expected = {f"{hosts[name]}:{port}" for name, port in (each.split(":") for each in open_.split())}
            must(set(found) == expected, f"{source} reaches {sorted(found)}, and should reach {sorted(expected)}")

    def query_prometheus(self, query: str) -> list[dict[str, object]]:
        script = f"""import json, urllib.parse, urllib.request
query = urllib.parse.urlencode({{"query": {query!r}}})
print(json.dumps(json.load(urllib.request.urlopen("http://127.0.0.1:9090/api/v1/query?" + query))["data"]["result"]))"""
        result: list[dict[str, object]] = json.loads(self.deployment.ssh("frontend-1", "python3 -", text=script))
        return result

    def all_up(self, wanted: set[tuple[str, str]]) -> None:
        """Checks that exactly these targets are up; each is a job and an instance's address."""
        found = {
            (target["metric"]["job"], target["metric"]["instance"].split(":")[0]): target["value"][1]  # type: ignore[index]
            for target in self.query_prometheus("up")
        }
        must(found == dict.fromkeys(wanted, "1"), f"Prometheus sees {found}")

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.cloud.layout.folder / "authority.pem"))

    def certificate(self) -> str:
        with (
            socket.create_connection((self.address, 443), 10) as plain,
            self.context().wrap_socket(plain, server_hostname=DOMAIN) as secure,
        ):
            certificate = secure.getpeercert()
        must(certificate is not None and ("DNS", DOMAIN) in certificate["subjectAltName"], f"the certificate is {certificate}")
        return str(certificate["serialNumber"])  # type: ignore[index]

    def head(self, port: int) -> tuple[int, dict[str, str]]:
        with socket.create_connection((self.address, port), 10) as plain:
            connection = self.context().wrap_socket(plain, server_hostname=DOMAIN) if port == 443 else plain
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n".encode())
            text = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[0].decode()
        first, *lines = text.split("\r\n")
        return int(first.split()[1]), dict(line.split(": ", 1) for line in lines)

    def built_on(self, image: str, line: str, tag: str) -> str:
        name = f"pneumoscope/standin-{image.split('/')[1].split(':')[0]}:{tag}"
        docker("build", "--quiet", "--tag", name, "-", text=f"FROM {image}\n{line}\n")
        self.built.append(name)
        return name

    def forget_images(self) -> None:
        for image in self.built:
            docker("rmi", "--force", image)


def must(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Failed(otherwise)


def eventually(check: Callable[[], None], seconds: float) -> None:
    """Repeats a check until it passes or the time is up."""
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except (Failed, OSError, ValueError, KeyError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def with_host(line: str, file: Path) -> list[str]:
    """Returns a prefix that runs a command with one more line in /etc/hosts, in its own mount namespace."""
    file.write_text(Path("/etc/hosts").read_text() + line + "\n")
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return [*namespace, "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(file)]


def real_film() -> list[Path]:
    """Returns the first validation film of DATA_DIR, or nothing without DATA_DIR."""
    folder = Path(os.environ.get("DATA_DIR", ""))
    if not (folder / "manifest.csv").is_file():
        return []
    with open(folder / "manifest.csv", newline="") as file:
        return next(([folder / row["file"]] for row in csv.DictReader(file) if row["split"] == "val"), [])
