"""Names, addresses and folders of a stand-in cloud. Two clouds can run at the same time."""

import dataclasses
import ipaddress
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
INSTANCE_IMAGE, SERVICES_IMAGE = "pneumoscope/standin-instance", "pneumoscope/standin-services"


@dataclasses.dataclass(frozen=True)
class Layout:
    """The name is also the deployment's environment, and part of the names of containers, network and folders."""

    name: str
    vpc: str

    def address(self, last: int) -> str:
        """Returns an address of the VPC's first subnet."""
        return str(ipaddress.IPv4Network(self.vpc)[last])

    @property
    def subnet(self) -> str:
        return f"{self.address(0)}/24"

    @property
    def operator(self) -> str:
        """This machine, as instances see it."""
        return self.address(1)

    @property
    def registry(self) -> str:
        return self.address(250)

    @property
    def acme(self) -> str:
        return self.address(251)

    @property
    def stranger(self) -> str:
        """A client on the internet other than the operator."""
        return self.address(252)

    @property
    def network(self) -> str:
        return f"pneumoscope-standin-{self.name}"

    @property
    def folder(self) -> Path:
        """The cloud's files, next to the deployment's folder."""
        return REPOSITORY / "ansible" / "environments" / f"{self.name}.cloud"

    @property
    def deployment(self) -> Path:
        return REPOSITORY / "ansible" / "environments" / self.name


LAYOUTS = {layout.name: layout for layout in (Layout("local", "10.20.0.0/16"), Layout("scenario", "10.21.0.0/16"))}
