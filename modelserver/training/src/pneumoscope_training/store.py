"""Where MLflow keeps models: a file store, used from the folder that it lies in, or a tracking server."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException


class StoreError(ValueError):
    """MLflow does not have, or does not take, what it was asked for."""


@contextlib.contextmanager
def in_store(mlruns: Path | None, new: bool = False) -> Iterator[Path | None]:
    """Without a file store it is the server of MLFLOW_TRACKING_URI, which MLflow reads itself. Yields where the file
    store really is. What MLflow throws becomes one sentence; so does a folder that is missing and may not be."""
    if mlruns and not new and not mlruns.is_dir():
        raise StoreError(f"{mlruns}: there is no such folder of MLflow's")
    with contextlib.ExitStack() as stack:
        store = mlruns and mlruns.resolve()
        if store:
            # A portable store names its files relative to the folder that it lies in.
            stack.enter_context(contextlib.chdir(store.parent))
            mlflow.set_tracking_uri(store.name)
        try:
            yield store
        except MlflowException as error:
            raise StoreError(f"{mlruns or mlflow.get_tracking_uri()}: {error.message}") from error
