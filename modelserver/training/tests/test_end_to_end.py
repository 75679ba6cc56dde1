"""The command line on drawn pictures: train, log, move the store away, evaluate, serve."""

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import mlflow
import numpy as np
import pytest

from pneumoscope_training.__main__ import main
from pneumoscope_training.export import load_signatures

QUICK = ["--steps", "6", "--limit-films", "64"]
URI = "models:/pneumonia@champion"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trained-here")


@pytest.fixture(scope="module")
def home(drawn_data: Path, place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store in it that was trained elsewhere."""
    arguments = ["--data", str(drawn_data), "--mlruns", str(place / "mlruns"), "--cache", str(place / "cache")]
    assert main(["train", *arguments, *QUICK]) == 0
    assert main(["prune", "--mlruns", str(place / "mlruns")]) == 0
    home = tmp_path_factory.mktemp("cloned-there")
    shutil.move(place / "mlruns", home / "mlruns")
    return home


@pytest.fixture
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    mlflow.set_tracking_uri("mlruns")
    return home


def test_the_store_names_no_place_and_no_user(home: Path) -> None:
    for file in (home / "mlruns").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"trained-here" not in content, file
            assert str(Path(__file__).parents[1]).encode() not in content, file
            if file.name == "mlflow.user":
                assert content == b"pneumoscope"


def test_the_run_has_its_parameters_and_figures(in_home: Path) -> None:
    client = mlflow.MlflowClient()
    run = client.get_run(client.get_model_version_by_alias("pneumonia", "champion").run_id)
    assert run.data.params["steps"] == "6"
    assert len(run.data.params["data_digest"]) == 64
    assert {
        "loss",
        "epoch_kermany_auc",
        "epoch_rsna_log_loss",
        "training_core_seconds",
        "val_kermany_auc",
        "val_nih_auc",
        "val_rsna_balanced_specificity",
    } <= set(run.data.metrics)
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 6


def test_mlflow_serves_the_moved_model_and_the_golden_answers_hold(in_home: Path) -> None:
    directory = Path(mlflow.artifacts.download_artifacts(URI))
    golden = json.loads((directory / "golden.json").read_text())
    films = np.frombuffer(base64.b64decode(golden["inputs"]["base64"]), np.uint8).reshape(golden["inputs"]["shape"])
    answer = load_signatures(str(directory))[golden["signature_name"]](image=films)
    for name, output in golden["outputs"].items():
        expected = np.array(output["data"]).reshape(output["shape"])
        np.testing.assert_allclose(answer[name].numpy(), expected, atol=golden["tolerance"])
    np.testing.assert_allclose(mlflow.pyfunc.load_model(URI).predict(films), answer["probability"], atol=1e-6)


def test_evaluate_repeats_the_figures_of_the_card(
    in_home: Path, drawn_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(drawn_data), "--mlruns", "mlruns", "--json", "figures.json"]) == 0
    figures = json.loads(Path("figures.json").read_text())
    card = json.loads((Path(mlflow.artifacts.download_artifacts(URI)) / "card.json").read_text())
    for point in card["operating_points"]:
        assert point["confusion"] == {s: f["points"][point["name"]]["confusion"] for s, f in figures.items()}
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["source", "kermany", "nih", "rsna"]


def test_the_card_says_what_it_must(in_home: Path) -> None:
    card = json.loads((Path(mlflow.artifacts.download_artifacts(URI)) / "card.json").read_text())
    assert [point["name"] for point in card["operating_points"]] == ["screening", "balanced", "confirming"]
    thresholds = [point["threshold"] for point in card["operating_points"]]
    assert thresholds == sorted(thresholds)
    assert card["operating_points"][0]["sensitivity"]["rsna"] is None
    assert 0 <= card["three_way"]["normal_below"] <= card["three_way"]["pneumonia_above"] <= 1
    assert card["three_way"]["measured"]["rsna"]["pneumonia"] is None
    assert card["novelty"]["name"] == "novelty"
    assert max(card["novelty"]["above"].values()) <= 0.2, "of six films, one is more than a hundredth"
    assert card["calibration"]["scale"] > 0
    assert card["data"]["films"]["kermany"]["val"] == {"NORMAL": 6, "PNEUMONIA": 6}
    assert card["scope"]["en"].keys() == card["scope"]["fr"].keys() == {"known", "unknown"}
    for part in ("known", "unknown"):
        assert len(card["scope"]["en"][part]) == len(card["scope"]["fr"][part])


def test_the_bundle_names_what_it_is_made_of(in_home: Path) -> None:
    directory = Path(mlflow.artifacts.download_artifacts(URI))
    card, golden = (json.loads((directory / name).read_text()) for name in ("card.json", "golden.json"))
    content = (directory / "tf2model" / "saved_model.pb").read_bytes()
    assert card["bundle"]["weights_sha256"] == hashlib.sha256(content).hexdigest()
    inputs = base64.b64decode(golden["inputs"]["base64"])
    assert card["bundle"]["golden_inputs_sha256"] == hashlib.sha256(inputs).hexdigest()


def test_the_run_has_its_pictures(in_home: Path) -> None:
    client = mlflow.MlflowClient()
    run = client.get_model_version_by_alias("pneumonia", "champion").run_id
    assert {file.path for file in client.list_artifacts(run, "plots")} == {
        "plots/learning.png",
        "plots/reliability.png",
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a real tracking server with a database and a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/store.db", "--artifacts-destination", str(tmp_path / "a")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr
        said = list(takewhile(lambda line: "Application startup complete" not in line, process.stderr))
        assert process.poll() is None, said
        reader = threading.Thread(target=process.stderr.read)  # a full pipe would stop it
        reader.start()
        yield f"http://127.0.0.1:{port}"
        os.killpg(process.pid, signal.SIGTERM)
        reader.join()


def test_a_tracking_server_gets_all_that_a_store_gets(
    home: Path, place: Path, drawn_data: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training is done, so this exports it once more."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    mlflow.set_tracking_uri(None)
    assert main(["train", "--data", str(drawn_data), "--cache", str(place / "cache"), *QUICK]) == 0
    client = mlflow.MlflowClient(server)
    version = client.get_model_version_by_alias("pneumonia", "champion")
    run = client.get_run(version.run_id)
    assert run.data.params["data_digest"]
    assert "val_kermany_auc" in run.data.metrics
    directory = Path(mlflow.artifacts.download_artifacts(URI))
    ours = json.loads((directory / "card.json").read_text())
    mlflow.set_tracking_uri(str(home / "mlruns"))
    assert {"MLmodel", "card.json", "golden.json", "tf2model"} <= {file.name for file in directory.iterdir()}
    assert ours["validation"].keys() == {"kermany", "nih", "rsna"}


def test_without_a_store_and_a_server_nothing_is_trained(
    drawn_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert main(["train", "--data", str(drawn_data)]) == 1
    assert "MLFLOW_TRACKING_URI" in capsys.readouterr().err


def test_a_missing_folder_is_said_and_not_thrown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "nowhere")
    assert main(["train", "--data", missing, "--mlruns", str(tmp_path / "mlruns")]) == 1
    assert f"{missing}{os.sep}manifest.csv" in capsys.readouterr().err
