"""The settings of a deployment: DEPLOY_… variables, from the process environment or from the deployment's file."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

PREFIX = "DEPLOY_"
REPOSITORY = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """A problem that a person can fix, with its remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def setting(default: str, meaning: str) -> str:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclasses.dataclass(frozen=True)
class Settings:
    """Each field is read from the variable DEPLOY_ plus its name in capitals."""

    environment: str = setting("dev", "name of this deployment; each has its own addresses, keys and token")
    operator_cidrs: str = setting("", "networks that may use SSH, separated by commas, such as 203.0.113.7/32")
    region: str = setting("us-east-1", "AWS region")
    model_count: str = setting("1", "number of model servers")
    monitoring: str = setting("false", "run Prometheus on the frontend's instance")
    version: str = setting("dev", "tag of both images; the same tag must always mean the same image")
    registry: str = setting("", "registry with both images; empty: they are copied over SSH from this machine's Docker")
    registry_username: str = setting("", "user name for the registry; empty: no login")
    registry_password_file: str = setting("", "file with that user's password")
    ssh_key: str = setting("", "private SSH key; empty: one is created for this deployment")
    token: str = setting("true", "require a token for the model servers; it is created for this deployment")
    domain: str = setting("", "domain name of the frontend, for HTTPS; empty: HTTP")
    acme_email: str = setting("", "email address of the account at the certificate authority; empty: none")
    acme_server: str = setting("https://acme-v02.api.letsencrypt.org/directory", "ACME directory")
    acme_ca: str = setting("", "file with the CA certificate of a private ACME server")

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
        """Returns the references of both images, in the registry or in this machine's Docker."""
        prefix = f"{self.registry}/pneumoscope" if self.registry else "pneumoscope"
        return {name: f"{prefix}/{name}:{self.version}" for name in ("frontend", "modelserver")}


def load(environ: Mapping[str, str]) -> Settings:
    """Reads the deployment's file, then the process environment, which wins. Refuses unknown names."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    environment = given.get("DEPLOY_ENVIRONMENT", Settings().environment)
    if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", environment):
        raise Refused("DEPLOY_ENVIRONMENT: want 1 to 12 lower-case letters and digits, a letter first", "make deploy ENVIRONMENT=dev")
    file = Settings(environment=environment).folder / "settings"
    known = {PREFIX + field.name.upper(): field.name for field in dataclasses.fields(Settings)}
    values = read(file) if file.exists() else {}
    if "DEPLOY_ENVIRONMENT" in values:
        raise Refused(f"{file}: DEPLOY_ENVIRONMENT is the folder's name and cannot be set here", f"remove that line from {file}")
    values |= {name: value for name, value in given.items() if value}
    for name in values:
        if name not in known:
            raise Refused(f"{name} is not a setting", "make deploy-settings lists them")
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
