"""Loads a model with MLflow into Python, without a server, and prints its predictions for films as JSON.

Arguments: MLflow's file store, the model's URI, and a file of films of 224x224 bytes, one after the other.
"""

import json
import os
import sys
from pathlib import Path

import mlflow
import numpy as np


def main(store, uri, file):
    films = np.fromfile(file, dtype=np.uint8).reshape(-1, 224, 224, 1)
    os.chdir(Path(store).parent)  # the store's paths are relative to its parent folder
    mlflow.set_tracking_uri(Path(store).name)
    print(json.dumps(mlflow.pyfunc.load_model(uri).predict(films).ravel().tolist()))


if __name__ == "__main__":
    main(*sys.argv[1:])
