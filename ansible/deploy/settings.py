"""What a deployment is told: DEPLOY_… variables, from the environment or from the environment's own file."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

PREFIX = "DEPLOY_"
REPOSITORY = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """Something that a person can mend, and how."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def setting(default: str, meaning: str) -> str:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclasses.dataclass(frozen=True)
class Settings:
    """Each field is the variable DEPLOY_ and its name in capitals."""

    environment: str = setting("dev", "name of this deployment; each has addresses, keys and a token of its own")
    operator_cidrs: str = setting("", "networks that may use SSH, with commas between, such as 203.0.113.7/32")
    region: str = setting("us-east-1", "AWS region")
    model_count: str = setting("1", "how many model servers")
    monitoring: str = setting("false", "run Prometheus on the frontend's instance")
    version: str = setting("dev", "tag of both images; the same tag must always mean the same image")
    registry: str = setting("", "registry with both images; empty: they are carried over SSH from this machine's Docker")
    registry_username: str = setting("", "user name for the registry; empty: no login")
    registry_password_file: str = setting("", "file with that user's password")
    ssh_key: str = setting("", "private SSH key; empty: one is made for this deployment")
    token: str = setting("true", "let the model servers ask for a token, which is made for this deployment")
    domain: str = setting("", "name that leads to the frontend, for HTTPS; empty: HTTP")
    acme_email: str = setting("", "address of the account at the certificate authority; empty: none")
    acme_server: str = setting("https://acme-v02.api.letsencrypt.org/directory", "ACME directory")
    acme_ca: str = setting("", "file with the authority of a private ACME server")

    @property
    def folder(self) -> Path:
        return REPOSITORY / "ansible" / "environments" / self.environment

    @property
    def key(self) -> Path:
        return Path(self.ssh_key).expanduser() if self.ssh_key else self.folder / "id_ed25519"

    @property
    def token_file(self) -> Path | None:
        return self.folder / "model-token" if self.token == "true" else None

    @property
    def networks(self) -> list[str]:
        return [network.strip() for network in self.operator_cidrs.split(",") if network.strip()]

    def images(self) -> dict[str, str]:
        """References to both images, as the instances or this machine's Docker know them."""
        prefix = f"{self.registry}/pneumoscope" if self.registry else "pneumoscope"
        return {name: f"{prefix}/{name}:{self.version}" for name in ("frontend", "modelserver")}


def load(environ: Mapping[str, str]) -> Settings:
    """Reads the environment's file, then the environment, which wins; refuses names that nobody knows."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    environment = given.get("DEPLOY_ENVIRONMENT", Settings().environment)
    if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", environment):
        raise Refused("DEPLOY_ENVIRONMENT: want 1 to 12 small letters and digits, a letter first", "make deploy ENVIRONMENT=dev")
    file = Settings(environment=environment).folder / "settings"
    known = {PREFIX + field.name.upper(): field.name for field in dataclasses.fields(Settings)}
    values = read(file) if file.exists() else {}
    if "DEPLOY_ENVIRONMENT" in values:
        raise Refused(f"{file}: DEPLOY_ENVIRONMENT is this folder's name, and not to be told here", f"remove that line from {file}")
    values |= {name: value for name, value in given.items() if value}
    for name in values:
        if name not in known:
            raise Refused(f"{name} is no setting", "make deploy-settings lists them")
    return Settings(**{known[name]: value for name, value in values.items()})


def read(file: Path) -> dict[str, str]:
    values = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise Refused(f"{file}, line {number}: want NAME=value", f"edit {file}")
        values[name.strip()] = value.strip()
    return values


def table() -> str:
    rows = [
        f"{PREFIX + field.name.upper():32} {field.default or '-':8} {field.metadata['meaning']}" for field in dataclasses.fields(Settings)
    ]
    return "\n".join(rows)
