"""A process that writes the models and serves each of them with MLflow's own scoring application. One interpreter
serves all of them, because TensorFlow takes seconds to start, and another model only milliseconds.

    python -m pneumoscope_differential.reference FOLDER MODEL...

When all are ready, it prints one line: a JSON object with the port of each model. It ends when its input ends.
"""

import asyncio
import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import uvicorn
from mlflow.pyfunc import scoring_server

from . import models
from .catalogue import BY_NAME
from .servers import free_port


def main() -> None:
    logging.disable(logging.CRITICAL)  # otherwise it would log a line for each refused request
    folder = Path(sys.argv[1])
    ports = {name: _serve(folder / name, name) for name in sys.argv[2:]}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


def _serve(folder: Path, name: str) -> int:
    if not folder.exists():
        models.write(BY_NAME[name], folder)
    application = scoring_server.init(scoring_server.load_model_with_mlflow_config(str(folder)))
    port = free_port()
    config: dict[str, Any] = {"host": "127.0.0.1", "port": port, "log_config": None}
    server = uvicorn.Server(uvicorn.Config(application, **config))

    async def run() -> None:
        # All calls run in one thread. If no function accepts a call, TensorFlow fails but keeps a lock, and a call from
        # another thread would then wait for the lock forever.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await server.serve()

    threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return port


if __name__ == "__main__":
    main()
