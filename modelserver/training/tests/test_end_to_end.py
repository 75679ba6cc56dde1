"""The command line on drawn pictures: train, log, move the store, evaluate, serve."""

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
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import takewhile
from pathlib import Path

import mlflow
import numpy as np
import pytest
from PIL import Image

from pneumoscope_training.__main__ import main
from pneumoscope_training.judge.logged_model import load_signatures, open_model
from pneumoscope_training.mlflow_store import StoreError

QUICK = ["--steps", "6", "--limit-films", "64"]
URI = "models:/pneumonia@champion"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trained-here")


@pytest.fixture(scope="module")
def home(drawn_data: Path, elsewhere: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store that was written elsewhere and moved."""
    arguments = ["--data", str(drawn_data), "--mlruns", str(elsewhere / "mlruns"), "--cache", str(elsewhere / "cache")]
    assert main(["train", *arguments, *QUICK]) == 0
    assert len(list((elsewhere / "cache").glob("*.npz"))) == 1, "a finished run can be logged again"
    assert len(list((elsewhere / "cache").glob("*.keras"))) == 1, "the network, for further training"
    assert not list((elsewhere / "mlruns").rglob("*.keras"))
    assert main(["prune", "--mlruns", str(elsewhere / "mlruns")]) == 0
    home = tmp_path_factory.mktemp("cloned-there")
    shutil.move(elsewhere / "mlruns", home / "mlruns")
    return home


@pytest.fixture
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    mlflow.set_tracking_uri("mlruns")
    return home


@pytest.fixture
def fake_mlflow_server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            films = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"]
            body = json.dumps({"predictions": [[1.0] for _ in films]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_store_contains_no_path_and_no_user(home: Path) -> None:
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


def test_mlflow_loads_the_moved_model_and_the_golden_answers_match(in_home: Path) -> None:
    directory = Path(mlflow.artifacts.download_artifacts(URI))
    golden = json.loads((directory / "golden.json").read_text())
    films = np.frombuffer(base64.b64decode(golden["inputs"]["base64"]), np.uint8).reshape(golden["inputs"]["shape"])
    answer = load_signatures(str(directory))[golden["signature_name"]](image=films)
    for name, output in golden["outputs"].items():
        expected = np.array(output["data"]).reshape(output["shape"])
        np.testing.assert_allclose(answer[name].numpy(), expected, atol=golden["tolerance"])
    np.testing.assert_allclose(mlflow.pyfunc.load_model(URI).predict(films), answer["probability"], atol=1e-6)


def test_evaluate_repeats_the_figures_of_the_card(
    in_home: Path, drawn_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(drawn_data), "--train", str(drawn_data), "--mlruns", "mlruns", "--out", str(tmp_path)]
    assert main(["evaluate", *arguments, "--json", "figures.json"]) == 0
    figures = json.loads(Path("figures.json").read_text())
    card = json.loads((Path(mlflow.artifacts.download_artifacts(URI)) / "card.json").read_text())
    for point in card["operating_points"]:
        found = {s: f["points"][point["name"]]["confusion"] for s, f in figures["sources"].items()}
        assert point["confusion"] == found
    kermany = figures["sources"]["kermany"]
    thumbnail = kermany["thumbnail"]
    assert thumbnail["trained_on"] == "kermany"
    assert thumbnail["gain"] == pytest.approx(kermany["auc"] - thumbnail["auc"], abs=1e-4)
    assert thumbnail["gain_ci95"][0] <= thumbnail["gain"] <= thumbnail["gain_ci95"][1]
    assert figures["sources"]["rsna"]["auc"] is None
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[:4]] == [
        "source",
        "kermany",
        "nih",
        "rsna",
    ]
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") == 3
    assert 'src="http' not in page, "the page needs nothing from elsewhere"
    scores = (tmp_path / "scores.csv").read_text().splitlines()
    assert len(scores) == 31


def test_with_a_server_its_answers_are_measured(
    in_home: Path, drawn_data: Path, tmp_path: Path, fake_mlflow_server: str
) -> None:
    """The fake server answers like MLflow's and calls every film positive."""
    arguments = ["--data", str(drawn_data), "--mlruns", "mlruns", "--out", str(tmp_path)]
    assert main(["evaluate", *arguments, "--url", fake_mlflow_server]) == 0
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    assert figures["through"] == "the server"
    assert figures["server"]["largest_difference"] > 0.1
    assert figures["sources"]["kermany"]["points"]["balanced"]["confusion"] == {"tp": 6, "fn": 0, "tn": 0, "fp": 6}


def test_the_unchanged_films_have_the_figures_of_the_card(in_home: Path, drawn_data: Path) -> None:
    arguments = ["--data", str(drawn_data), "--mlruns", "mlruns", "--json", "perturbed.json"]
    assert main(["evaluate-perturbed", *arguments]) == 0
    found = json.loads(Path("perturbed.json").read_text())["sources"]["kermany"]
    card = json.loads((Path(mlflow.artifacts.download_artifacts(URI)) / "card.json").read_text())
    assert len(found) == 9
    for point in card["operating_points"]:
        assert found["unchanged"]["points"][point["name"]]["sensitivity"] == pytest.approx(
            point["sensitivity"]["kermany"], abs=1e-4
        )


def test_the_audit_covers_shortcuts_the_model_its_maps_and_leaks(in_home: Path, drawn_data: Path) -> None:
    assert main(["audit", "--data", str(drawn_data), "--mlruns", "mlruns", "--json", "audit.json"]) == 0
    found = json.loads(Path("audit.json").read_text())
    assert found["shortcuts"]["blurred to 16x16"].keys() == {"kermany", "nih"}
    assert found["unlike"]["unchanged"] == dict.fromkeys(("kermany", "nih", "rsna"), 0), "the threshold guarantees it"
    assert found["unlike"].keys() > {"mirrored", "inverted"}
    assert found["changed"]["kermany"]["corners covered"]["points"].keys() == {"screening", "balanced", "confirming"}
    assert found["maps"]["sources"]["rsna"]["films"] == 6
    for figures in found["maps"]["sources"].values():
        assert abs(figures["random_weights_likeness"]) < 0.9, "the control has shuffled weights"
    assert found["leaks"]["films"] == 90
    assert found["leaks"]["leaks"] == {"patient": 0, "file": 0, "picture": 0}


def test_only_a_better_version_becomes_the_champion(
    home: Path, drawn_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(home / "mlruns", tmp_path / "mlruns")
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri("mlruns")
    client = mlflow.MlflowClient()
    champion = client.get_model_version_by_alias("pneumonia", "champion")
    same = client.create_model_version("pneumonia", f"models:/{champion.model_id}", champion.run_id)
    promote = ["promote", "--data", str(drawn_data), "--mlruns", "mlruns"]

    assert main([*promote, "--version", str(champion.version)]) == 1
    assert "is the champion already" in capsys.readouterr().err
    assert main(promote) == 1
    output = capsys.readouterr().err
    assert "no source's floor is surely better" in output
    assert [line.split()[0] for line in output.splitlines()[2:]] == ["kermany", "kermany", "nih", "nih", "rsna"]
    assert client.get_model_version_by_alias("pneumonia", "champion").version == champion.version

    client.delete_registered_model_alias("pneumonia", "champion")
    assert main(promote) == 0
    assert client.get_model_version_by_alias("pneumonia", "champion").version == same.version


def test_the_card_is_complete(in_home: Path) -> None:
    card = json.loads((Path(mlflow.artifacts.download_artifacts(URI)) / "card.json").read_text())
    assert [point["name"] for point in card["operating_points"]] == ["screening", "balanced", "confirming"]
    thresholds = [point["threshold"] for point in card["operating_points"]]
    assert thresholds == sorted(thresholds)
    assert card["operating_points"][0]["sensitivity"]["rsna"] is None
    assert 0 <= card["three_way"]["normal_below"] <= card["three_way"]["pneumonia_above"] <= 1
    assert card["three_way"]["measured"]["rsna"]["pneumonia"] is None
    assert card["novelty"]["name"] == "novelty"
    assert max(card["novelty"]["above"].values()) == 0, "of six films, one is more than a hundredth"
    assert card["calibration"]["scale"] > 0
    assert card["data"]["films"]["kermany"]["val"] == {"NORMAL": 6, "PNEUMONIA": 6}
    assert card["scope"]["en"].keys() == card["scope"]["fr"].keys() == {"known", "unknown"}
    assert card["sources"].keys() == card["validation"].keys()
    for part in ("known", "unknown"):
        assert len(card["scope"]["en"][part]) == len(card["scope"]["fr"][part])


def test_the_card_has_the_digests_of_the_bundle(in_home: Path) -> None:
    directory = Path(mlflow.artifacts.download_artifacts(URI))
    card, golden = (json.loads((directory / name).read_text()) for name in ("card.json", "golden.json"))
    content = (directory / "tf2model" / "saved_model.pb").read_bytes()
    assert card["bundle"]["weights_sha256"] == hashlib.sha256(content).hexdigest()
    inputs = base64.b64decode(golden["inputs"]["base64"])
    assert card["bundle"]["golden_inputs_sha256"] == hashlib.sha256(inputs).hexdigest()


def test_the_run_has_its_plots(in_home: Path) -> None:
    client = mlflow.MlflowClient()
    run = client.get_model_version_by_alias("pneumonia", "champion").run_id
    assert {file.path for file in client.list_artifacts(run, "plots")} == {
        "plots/learning.png",
        "plots/reliability.png",
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a real MLflow tracking server with its own database and folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/store.db", "--artifacts-destination", str(tmp_path / "a")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr
        output = list(takewhile(lambda line: "Application startup complete" not in line, process.stderr))
        assert process.poll() is None, output
        reader = threading.Thread(target=process.stderr.read)  # a full pipe would block the server
        reader.start()
        yield f"http://127.0.0.1:{port}"
        os.killpg(process.pid, signal.SIGTERM)
        reader.join()


def test_a_tracking_server_gets_the_same_as_a_store(
    home: Path, elsewhere: Path, drawn_data: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training is finished, so this only exports it again."""
    mlflow.set_tracking_uri(None)  # it also deletes the environment variable
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    assert main(["train", "--data", str(drawn_data), "--cache", str(elsewhere / "cache"), *QUICK]) == 0
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


def test_train_needs_a_store_or_a_server(
    drawn_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert main(["train", "--data", str(drawn_data)]) == 1
    assert "MLFLOW_TRACKING_URI" in capsys.readouterr().err


def test_films_that_leak_are_refused(drawn_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    shutil.copytree(drawn_data, data)
    with Image.open(data / "kermany/NORMAL/train0.jpeg") as film:
        film.save(data / "kermany/NORMAL/val0.jpeg", quality=40)
    arguments = ["--data", str(data), "--mlruns", str(tmp_path / "mlruns"), "--cache", str(tmp_path)]
    assert main(["train", *arguments]) == 1
    assert "picture: kermany/NORMAL/train0.jpeg and kermany/NORMAL/val0.jpeg (train and val)" in capsys.readouterr().err
    assert not (tmp_path / "mlruns").exists()
    assert main(["leaks", "--data", str(data)]) == 1
    assert main(["leaks", "--data", str(drawn_data)]) == 0


@pytest.mark.parametrize(
    "uri",
    ["models:/pneumonia@nobody", "models:/pneumonai@champion", "models:/pneumonia/99", "m-none", "runs:/abc/model"],
)
def test_the_error_for_a_mistyped_model_is_one_line(in_home: Path, uri: str) -> None:
    """Also tested with a missing store: MLflow remembers a store by its relative name, even in another folder."""
    for store in (in_home / "mlruns", in_home / "nowhere"):
        with pytest.raises(StoreError) as error:
            open_model(store, uri)
        assert "\n" not in str(error.value)


def test_a_missing_folder_is_an_error_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "nowhere")
    assert main(["train", "--data", missing, "--mlruns", str(tmp_path / "mlruns")]) == 1
    assert f"{missing}{os.sep}manifest.csv" in capsys.readouterr().err
