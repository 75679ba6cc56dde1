"""What the steps of the journey have in common."""

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
from standin.page import Visitors, probability
from standin.place import INSTANCE_IMAGE

DOMAIN = "films.example.org"


class Trip:
    def __init__(self, cloud: Cloud, version: str) -> None:
        self.cloud, self.version = cloud, version
        self.deployment = Deployment(cloud)
        self.log = self.deployment.log
        self.films: dict[Path, float] = {}
        self.built: list[str] = []
        self.changes: set[tuple[str, str]] = set()  # that a check has foreseen

    @property
    def address(self) -> str:
        return self.deployment.host("frontend-1")["ansible_host"]

    @property
    def url(self) -> str:
        return f"http://{self.address}/"

    def scored(self) -> None:
        for film, wanted in self.films.items():
            got = probability(self.url, film)
            must(got == wanted, f"{film.name}: {got}, and {wanted} on this machine")

    def visitors(self) -> Visitors:
        return Visitors(self.url, next(iter(self.films)))

    def counted(self, visitors: Visitors) -> str:
        return f"0 of {visitors.asked} requests failed, the slowest took {visitors.slowest:.1f} s"

    def images(self) -> dict[str, str]:
        """By instance and service, whichever slot it is in."""
        running = self.deployment.running()
        return {name.rsplit("-", 1)[0]: image.split()[0] for name, image in running.items()}

    def breaks(self, service: str) -> str:
        """Deploys what never gets ready; less patience is shown than by default, to save a minute and a half."""
        before = self.deployment.running()
        file = self.deployment.folder / "ansible.yml"
        patient = file.read_text()
        file.write_text(f"{patient}app_ready_seconds: 40\n")
        with self.visitors() as visitors:
            said = self.deployment.run("apply", version=f"broken-{service}", fails=True)
        file.write_text(patient)
        must("did not get ready" in said.text and "The version before serves on" in said.text, "it is not told what happened")
        must(self.deployment.running() == before, f"{before} became {self.deployment.running()}")
        self.scored()
        return self.counted(visitors)

    def name_the_other_slot(self) -> None:
        """Leaves both instances as a run does that was interrupted before NGINX was told what its files say."""
        for host, service in (("frontend-1", "frontend"), ("model-1", "modelserver")):
            live = "8080" if any(name == f"{host} {service}-blue" for name in self.deployment.running()) else "8082"
            swap = {"8080": "s/:8080/:8082/;s/:8081/:8083/", "8082": "s/:8082/:8080/;s/:8083/:8081/"}[live]
            self.deployment.ssh(host, f"sudo sed -i '{swap}' /etc/nginx/conf.d/pneumoscope-{service}.conf")

    def reach(self, wanted: dict[str, str]) -> None:
        """Asks every port that anything listens on from everywhere; `wanted` says which of them answer, f and m being instances."""
        hosts = {"f": self.deployment.host("frontend-1")["private_ip"], "m": self.deployment.host("model-1")["private_ip"]}
        ports = {"f": (22, 80, 443, 8000, 8080, 8081, 8082, 8083, 9090), "m": (22, 80, 2375, 8000, 8001)}
        asked = [f"{hosts[name]}:{port}" for name in hosts for port in ports[name]]
        text = Path(probe.__file__).read_text()
        for source, open_ in wanted.items():
            others = [address for address in asked if not address.startswith(hosts.get(source[0], "-") + ":")] if "-" in source else asked
            if source == "operator":
                found = probe.reached(others)
            elif source == "stranger":
                place = self.cloud.place
                found = json.loads(
                    docker(
                        "run",
                        "--rm",
                        "--interactive",
                        f"--network={place.network}",
                        f"--ip={place.stranger}",
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

    def ask_prometheus(self, query: str) -> list[dict[str, object]]:
        script = f"""import json, urllib.parse, urllib.request
query = urllib.parse.urlencode({{"query": {query!r}}})
print(json.dumps(json.load(urllib.request.urlopen("http://127.0.0.1:9090/api/v1/query?" + query))["data"]["result"]))"""
        result: list[dict[str, object]] = json.loads(self.deployment.ssh("frontend-1", "python3 -", text=script))
        return result

    def all_up(self, wanted: set[tuple[str, str]]) -> None:
        """Wanted are jobs, each with the address of an instance."""
        found = {
            (target["metric"]["job"], target["metric"]["instance"].split(":")[0]): target["value"][1]  # type: ignore[index]
            for target in self.ask_prometheus("up")
        }
        must(found == dict.fromkeys(wanted, "1"), f"Prometheus sees {found}")

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.cloud.place.folder / "authority.pem"))

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


def must(true: bool, otherwise: str) -> None:
    if not true:
        raise Failed(otherwise)


def eventually(ask: Callable[[], None], seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (Failed, OSError, ValueError, KeyError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def knowing(line: str, file: Path) -> list[str]:
    """Runs a command that knows one more name, as if DNS did: in a mount namespace of its own."""
    file.write_text(Path("/etc/hosts").read_text() + line + "\n")
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return [*namespace, "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(file)]


def real_film() -> list[Path]:
    """The first validation film of DATA_DIR, where there is one."""
    folder = Path(os.environ.get("DATA_DIR", ""))
    if not (folder / "manifest.csv").is_file():
        return []
    with open(folder / "manifest.csv", newline="") as file:
        return next(([folder / row["file"]] for row in csv.DictReader(file) if row["split"] == "val"), [])
