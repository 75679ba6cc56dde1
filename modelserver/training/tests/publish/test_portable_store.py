from pathlib import Path

import pytest
import yaml

from pneumoscope_training.publish.portable_store import keep_only, make_portable


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store as MLflow writes it, with two runs; the first is the champion's."""
    store = tmp_path / "here" / "mlruns"
    experiment = store / "123456789012345678"
    write(store / "0" / "meta.yaml", experiment_id="0", artifact_location=f"file://{store}/0")
    write(experiment / "meta.yaml", experiment_id="123456789012345678", artifact_location=experiment.as_uri())
    for version, run in enumerate(("a" * 32, "b" * 32), 1):
        model = experiment / "models" / f"m-{run}"
        write(experiment / run / "meta.yaml", artifact_uri=f"{experiment}/{run}/artifacts", user_id="someone")
        write(model / "meta.yaml", artifact_location=(model / "artifacts").as_uri())
        (model / "tags").mkdir()
        (model / "tags" / "mlflow.user").write_text("someone")
        (model / "tags" / "mlflow.source.name").write_text("/home/someone/train.py")
        (model / "tags" / "mlflow.source.git.repoURL").write_text("/home/someone/repository")
        (model / "tags" / "kept").write_text("as it is")
        write(
            store / "models" / "pneumonia" / f"version-{version}" / "meta.yaml",
            run_id=run,
            model_id=f"m-{run}",
            storage_location=(model / "artifacts").as_uri(),
            user_id=None,
        )
    write(store / "models" / "pneumonia" / "meta.yaml", name="pneumonia")
    (store / "models" / "pneumonia" / "aliases").mkdir()
    (store / "models" / "pneumonia" / "aliases" / "champion").write_text("1")
    (store / "weights.bin").write_bytes(b"\xff\xfe\x00" + str(store).encode())
    return store


def write(file: Path, **meta: str | None) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(meta))


def test_locations_become_relative_to_the_folder_of_the_store(store: Path) -> None:
    make_portable(store)
    version = yaml.safe_load((store / "models/pneumonia/version-1/meta.yaml").read_text())
    assert version["storage_location"] == f"mlruns/123456789012345678/models/m-{'a' * 32}/artifacts"
    assert version["user_id"] is None
    texts = [file.read_text() for file in store.rglob("*") if file.is_file() and file.name != "weights.bin"]
    assert not [text for text in texts if str(store.parent) in text or "someone" in text]


def test_files_without_a_path_or_a_user_are_unchanged(store: Path) -> None:
    before = (store / "weights.bin").read_bytes()
    make_portable(store)
    assert (store / "weights.bin").read_bytes() == before
    assert (store / f"123456789012345678/models/m-{'a' * 32}/tags/kept").read_text() == "as it is"


def test_a_portable_store_is_not_changed_again(store: Path) -> None:
    assert make_portable(store)
    assert make_portable(store) == []


def test_only_the_champion_is_kept(store: Path) -> None:
    keep_only(store, "pneumonia", "champion")
    kept = {str(file.parent.relative_to(store)) for file in store.rglob("meta.yaml")}
    assert kept == {
        "123456789012345678",
        f"123456789012345678/{'a' * 32}",
        f"123456789012345678/models/m-{'a' * 32}",
        "models/pneumonia",
        "models/pneumonia/version-1",
    }
