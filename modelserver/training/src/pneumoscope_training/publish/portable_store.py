"""Makes an MLflow file store portable: without absolute paths and without the user's name.

MLflow writes absolute paths. In a committed store they are wrong after a clone, and reveal the folder and the user
that made the store. Here they become relative to the folder that contains mlruns/; MLflow resolves them when it is
started there.
"""

import logging
import shutil
from pathlib import Path
from typing import Any

import yaml

log = logging.getLogger(__name__)

USER = "pneumoscope"
NEUTRAL_TAGS = {"mlflow.user": USER, "mlflow.source.name": "pneumoscope_training"}
REMOTE_TAG = "mlflow.source.git.repoURL"  # a remote may be a folder of this machine, or contain a token


def make_portable(mlruns: Path) -> list[Path]:
    """Rewrites the paths and the user's name in every text file, deletes the git remote, and returns the changed
    files."""
    store = mlruns.resolve()
    changed = []
    for file in sorted(store.rglob("*")):
        if not file.is_file():
            continue
        if file.parent.name == "tags" and file.name == REMOTE_TAG:
            file.unlink()
            changed.append(file)
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:  # a model's binary files contain no paths
            continue
        new = _without_user(file, _relative(text, store))
        if new != text:
            file.write_text(new)
            changed.append(file)
    return changed


def keep_only(mlruns: Path, model: str, alias: str) -> None:
    """Removes every run, logged model and version except those of the alias."""
    registered = mlruns / "models" / model
    version = (registered / "aliases" / alias).read_text().strip()
    champion = yaml.safe_load((registered / f"version-{version}" / "meta.yaml").read_text())
    run_id, model_id = champion["run_id"], champion["model_id"]

    for folder in registered.glob("version-*"):
        if folder.name != f"version-{version}":
            _remove(folder)
    for experiment in _experiments(mlruns):
        for run in _with_meta(experiment):
            if run.name != run_id:
                _remove(run)
        for logged in _with_meta(experiment / "models"):
            if logged.name != model_id:
                _remove(logged)
        if not _with_meta(experiment):
            _remove(experiment)
    for other in _with_meta(mlruns / "models"):
        if other.name != model:
            _remove(other)
    for deleted in (mlruns / ".trash").glob("*"):
        _remove(deleted)


def _relative(text: str, store: Path) -> str:
    for location in (store.as_uri(), f"file:{store}", str(store)):
        text = text.replace(location, store.name)
    return text


def _without_user(file: Path, text: str) -> str:
    if file.parent.name == "tags":
        return NEUTRAL_TAGS.get(file.name, text)
    if file.name == "meta.yaml":
        meta: dict[str, Any] = yaml.safe_load(text)
        if meta.get("user_id") not in (None, USER):
            return yaml.safe_dump(meta | {"user_id": USER}, allow_unicode=True)
    return text


def _experiments(mlruns: Path) -> list[Path]:
    return [folder for folder in _with_meta(mlruns) if folder.name.isdigit()]


def _with_meta(folder: Path) -> list[Path]:
    return sorted(file.parent for file in folder.glob("*/meta.yaml"))


def _remove(folder: Path) -> None:
    log.info("removing %s", folder.name)
    shutil.rmtree(folder)
