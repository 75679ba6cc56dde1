"""Writes store.db.gz and store.json: a store that the real MLflow keeps in SQLite.

`make store-fixture` runs this. The database is MLflow's own, compressed. store.json
contains the ids that MLflow chose, and the folders of models, which the tests create
again. The store is written to a folder that is then removed, as if it had been moved.
"""

import gzip
import json
import os
import pathlib
import shutil
import sys
import tempfile

import mlflow
from mlflow import MlflowClient


class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input


def log(name):
    return mlflow.pyfunc.log_model(name=name, python_model=Echo(), pip_requirements=[]).model_id


def main(tracking, client):
    mlflow.set_tracking_uri(tracking)
    mlflow.set_experiment("digits")
    ids = {}
    with mlflow.start_run() as run:
        ids["run"] = run.info.run_id
        ids["first"] = log("model")
        ids["second"] = log("model")
        ids["deleted"] = log("model")
        experiment = run.info.experiment_id
        pending = client.create_logged_model(experiment, name="model", source_run_id=run.info.run_id)
        ids["pending"] = pending.model_id
        mlflow.log_text("model_uuid: 5f1a9bfb28ab4b8ab0e6c3ad0fd9b2c1\n", "old/MLmodel")
        mlflow.log_text("a plot", "plot.txt")
    with mlflow.start_run() as run:
        ids["other_run"] = run.info.run_id
        log("other")
    client.delete_logged_model(ids["deleted"])
    client.create_registered_model("digits")
    client.create_registered_model("empty")
    for source in (f"models:/{ids['first']}", f"models:/{ids['second']}", f"runs:/{ids['run']}/old"):
        mlflow.register_model(source, "digits")
    mlflow.register_model(f"models:/{ids['first']}", "digits")
    client.delete_model_version("digits", "4")
    client.transition_model_version_stage("digits", "1", "Production")
    client.set_registered_model_alias("digits", "champion", "2")
    return ids


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(tempfile.gettempdir(), "pneumoscope-store")
    folder.mkdir()
    os.chdir(folder)
    try:
        ids = main("sqlite:///mlflow.db", MlflowClient("sqlite:///mlflow.db"))
        ids["models"] = sorted(str(file.parent.relative_to(folder)) for file in folder.rglob("MLmodel"))
        (target / "store.json").write_text(json.dumps(ids, indent=2) + "\n")
        with gzip.GzipFile(target / "store.db.gz", "wb", mtime=0) as compressed:
            compressed.write((folder / "mlflow.db").read_bytes())
    finally:
        shutil.rmtree(folder)
