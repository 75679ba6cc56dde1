"""What an instance does at its first boot, as Terraform hands it over; `make test-cloud` boots it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.settings import REPOSITORY

# cloud-init's schema lets unknown keys pass: a mistyped one would do nothing.
KEYS = {"hostname", "preserve_hostname", "ssh_pwauth", "disable_root", "apt", "package_update", "packages", "runcmd"}
MOST = 16 * 1024  # of user data, says EC2


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


def test_cloud_init_knows_what_it_is_told(rendered: str, tmp_path: Path) -> None:
    assert shutil.which("cloud-init"), "cloud-init is needed (Debian: apt-get install cloud-init)"
    file = tmp_path / "user-data"
    file.write_text(rendered)
    done = subprocess.run(["cloud-init", "schema", "--config-file", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deprecat" not in (done.stdout + done.stderr).lower()


def test_every_key_is_one_that_is_meant(rendered: str) -> None:
    assert set(yaml.safe_load(rendered)) == KEYS


def test_the_instance_is_called_what_terraform_calls_it(rendered: str) -> None:
    assert yaml.safe_load(rendered)["hostname"] == "pneumoscope-dev-frontend-1"


def test_it_fits_into_user_data(rendered: str) -> None:
    assert rendered.startswith("#cloud-config\n")
    assert len(rendered.encode()) < MOST
