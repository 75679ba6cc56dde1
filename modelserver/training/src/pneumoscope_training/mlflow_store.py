"""Access to MLflow: a file store, used from the folder that contains it, or a tracking server."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException


class StoreError(ValueError):
    """MLflow's store lacks or refuses what was requested."""


@contextlib.contextmanager
def in_store(mlruns: Path | None, new: bool = False) -> Iterator[Path | None]:
    """Yields the absolute path of the file store, or None for the server of MLFLOW_TRACKING_URI, which MLflow reads by
    itself. Raises a StoreError of one sentence for every exception of MLflow, and for a missing folder unless `new` is
    set."""
    if mlruns and not new and not mlruns.is_dir():
        raise StoreError(f"{mlruns}: there is no such MLflow file store")
    with contextlib.ExitStack() as stack:
        store = mlruns and mlruns.resolve()
        if store:
            # A portable store names its files relative to the folder that contains it.
            stack.enter_context(contextlib.chdir(store.parent))
            mlflow.set_tracking_uri(store.name)
        try:
            yield store
        except MlflowException as error:
            raise StoreError(f"{mlruns or mlflow.get_tracking_uri()}: {error.message}") from error
