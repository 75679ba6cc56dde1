"""Log a model to an MLflow store in every possible way, and print the ids.

Arguments: the tracking URI and a model's directory. The file which.txt
identifies each copy of the model. Only MLflow's client is imported, because
that is fast.
"""

import json
import pathlib
import shutil
import sys
import tempfile

from mlflow import MlflowClient


def main(tracking, model):
    client = MlflowClient(tracking)
    experiment = client.create_experiment("films")
    run = client.create_run(experiment).info.run_id
    ids = {"run": run}

    def copy(name):
        target = pathlib.Path(tempfile.mkdtemp()) / "model"
        shutil.copytree(model, target)
        (target / "which.txt").write_text(name)
        return target

    for name in ("first", "second"):
        logged = client.create_logged_model(experiment, name="model", source_run_id=run)
        folder = copy(name)
        client.log_model_artifacts(logged.model_id, str(folder))
        client.finalize_logged_model(logged.model_id, "READY")
        shutil.rmtree(folder.parent)
        ids[name] = logged.model_id
    folder = copy("own")
    client.log_artifacts(run, str(folder), artifact_path="old/model")
    shutil.rmtree(folder.parent)
    client.create_registered_model("digits")
    for name in ("first", "second"):
        client.create_model_version("digits", f"models:/{ids[name]}", run, model_id=ids[name])
    client.create_model_version("digits", client.get_run(run).info.artifact_uri + "/old/model", run)
    client.transition_model_version_stage("digits", "1", "Staging")
    client.set_registered_model_alias("digits", "champion", "2")
    print(json.dumps(ids))


if __name__ == "__main__":
    main(*sys.argv[1:])
