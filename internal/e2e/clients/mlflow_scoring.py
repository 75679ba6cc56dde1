"""Sends films to a scoring server with MLflow's own clients and prints the answers as JSON.

Arguments: host, port, and a file of films of 224x224 bytes, one after the other.
"""

import json
import sys

import numpy as np
import pandas as pd
import requests
from mlflow.deployments import PredictionsResponse
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def main(host, port, file):
    films = np.fromfile(file, dtype=np.uint8).reshape(-1, 224, 224, 1)
    client = ScoringServerClient(host, int(port))
    client.wait_server_ready(timeout=10)

    def of(response):
        return np.asarray(response["predictions"], dtype=float).reshape(len(films)).tolist()

    def post(body):
        """Posts a body as in MLflow's documentation of deployments."""
        response = requests.post(f"http://{host}:{port}/invocations", json=body, timeout=30)
        response.raise_for_status()
        return PredictionsResponse.from_json(response.text)

    frame = pd.DataFrame({"film": [film.ravel().tolist() for film in films]})
    answers = {
        "ScoringServerClient, an array": of(client.invoke(films)),
        "ScoringServerClient, lists": of(client.invoke(films.tolist())),
        "ScoringServerClient, a data frame": of(client.invoke(frame)),
        "a deployment, inputs": of(post({"inputs": films.tolist()})),
        "a deployment, instances": of(post({"instances": films.tolist()})),
        "a deployment, dataframe_split": of(post({"dataframe_split": frame.to_dict(orient="split")})),
        "a deployment, dataframe_records": of(post({"dataframe_records": frame.to_dict(orient="records")})),
    }
    refused = requests.post(f"http://{host}:{port}/invocations", json={"inputs": [[1]]}, timeout=30)
    refusal = [refused.status_code, refused.json()["error_code"]]
    print(json.dumps({"version": client.get_version(), "answers": answers, "refusal": refusal}))


if __name__ == "__main__":
    main(*sys.argv[1:])
