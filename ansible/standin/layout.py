"""Where a stand-in cloud is: two of them may run beside each other."""

import dataclasses
import ipaddress
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
INSTANCE_IMAGE, SERVICES_IMAGE = "pneumoscope/standin-instance", "pneumoscope/standin-services"


@dataclasses.dataclass(frozen=True)
class Place:
    """Its name is the deployment's too: containers, network and folders are known by it."""

    name: str
    vpc: str

    def address(self, last: int) -> str:
        """An address of the subnet that Terraform cuts first out of the VPC."""
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
        """Somebody in the world who is not the operator."""
        return self.address(252)

    @property
    def network(self) -> str:
        return f"pneumoscope-standin-{self.name}"

    @property
    def folder(self) -> Path:
        """What the cloud keeps; beside that of the deployment."""
        return REPOSITORY / "ansible" / "environments" / f"{self.name}.cloud"

    @property
    def deployment(self) -> Path:
        return REPOSITORY / "ansible" / "environments" / self.name


PLACES = {place.name: place for place in (Place("local", "10.20.0.0/16"), Place("journey", "10.21.0.0/16"))}
