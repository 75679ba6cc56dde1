"""The settings of a deployment and their sources."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy import settings
from deploy.settings import Refused, load

REPOSITORY = settings.REPOSITORY


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "REPOSITORY", tmp_path)
    folder = tmp_path / "ansible" / "environments" / "dev"
    folder.mkdir(parents=True)
    return folder / "settings"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(file: Path) -> None:
    file.write_text("# ours\n\nDEPLOY_REGION = eu-west-3\nDEPLOY_MODEL_COUNT=2\n")
    got = load({"DEPLOY_MODEL_COUNT": "3", "HOME": "/root"})
    assert (got.model_count, got.region, got.monitoring) == ("3", "eu-west-3", "false")


def test_an_empty_variable_is_ignored(file: Path) -> None:
    file.write_text("DEPLOY_REGION=eu-west-3\n")
    assert load({"DEPLOY_REGION": ""}).region == "eu-west-3"


def test_environments_have_their_own_settings(file: Path) -> None:
    file.write_text("DEPLOY_REGION=eu-west-3\n")
    assert load({"DEPLOY_ENVIRONMENT": "prod"}).region == "us-east-1"


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_setting_is_refused_by_its_name(file: Path, where: str) -> None:
    if where == "file":
        file.write_text("DEPLOY_REGOIN=eu-west-3\n")
    with pytest.raises(Refused) as refused:
        load({"DEPLOY_REGOIN": "eu-west-3"} if where == "environment" else {})
    assert "DEPLOY_REGOIN" in refused.value.problem
    assert "make deploy-settings" in refused.value.remedy


def test_a_line_that_is_not_a_setting_is_refused_by_its_number(file: Path) -> None:
    file.write_text("DEPLOY_REGION=eu-west-3\nDEPLOY_MODEL_COUNT 2\n")
    with pytest.raises(Refused, match="line 2: want NAME=value"):
        load({})


@pytest.mark.parametrize("name", ["../prod", "Prod", "1st", "a-b", "abcdefghijklm"])
def test_an_environment_s_name_is_a_plain_word(file: Path, name: str) -> None:
    with pytest.raises(Refused, match="DEPLOY_ENVIRONMENT"):
        load({"DEPLOY_ENVIRONMENT": name})


def test_a_file_cannot_name_another_environment(file: Path) -> None:
    file.write_text("DEPLOY_ENVIRONMENT=prod\n")
    with pytest.raises(Refused, match="DEPLOY_ENVIRONMENT"):
        load({})


def test_make_s_short_forms_are_settings() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "DEPLOY_"))}
    line = subprocess.run(
        ["make", "--dry-run", "deploy", "REGION=eu-west-3", "MODEL_COUNT=2", "VERSION=v1"],
        cwd=REPOSITORY,
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for variable in ("DEPLOY_REGION='eu-west-3'", "DEPLOY_MODEL_COUNT='2'", "DEPLOY_VERSION='v1'"):
        assert variable in line
    assert "DEPLOY_MONITORING" not in line


def test_the_list_of_settings_shows_names_and_defaults() -> None:
    table = settings.table()
    assert "DEPLOY_REGION" in table
    assert "us-east-1" in table
