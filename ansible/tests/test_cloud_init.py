"""The user data of an instance's first boot, as Terraform renders it. `make test-cloud` boots it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.settings import REPOSITORY

# cloud-init's schema accepts unknown keys, so a mistyped one would be ignored.
KEYS = {"hostname", "preserve_hostname", "ssh_pwauth", "disable_root", "apt", "package_update", "packages", "runcmd"}
MAX_BYTES = 16 * 1024  # EC2's limit for user data


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> str:
    assert shutil.which("terraform"), "terraform is needed: https://developer.hashicorp.com/terraform/install"
    template = REPOSITORY / "cloud-init" / "instance.yaml.tftpl"
    call = f'jsonencode(templatefile("{template}", {{ hostname = "pneumoscope-dev-frontend-1" }}))\n'
    folder = tmp_path_factory.mktemp("terraform")
    done = subprocess.run(["terraform", "console"], input=call, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = json.loads(json.loads(done.stdout))
    assert isinstance(text, str)
    return text


def test_cloud_init_accepts_the_user_data(rendered: str, tmp_path: Path) -> None:
    assert shutil.which("cloud-init"), "cloud-init is needed (Debian: apt-get install cloud-init)"
    file = tmp_path / "user-data"
    file.write_text(rendered)
    done = subprocess.run(["cloud-init", "schema", "--config-file", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deprecat" not in (done.stdout + done.stderr).lower()


def test_every_key_is_intended(rendered: str) -> None:
    assert set(yaml.safe_load(rendered)) == KEYS


def test_the_instance_has_the_host_name_that_terraform_gives_it(rendered: str) -> None:
    assert yaml.safe_load(rendered)["hostname"] == "pneumoscope-dev-frontend-1"


def test_it_fits_into_ec2_user_data(rendered: str) -> None:
    assert rendered.startswith("#cloud-config\n")
    assert len(rendered.encode()) < MAX_BYTES
