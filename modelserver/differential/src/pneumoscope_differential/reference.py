"""A process that writes the models and serves each of them with MLflow's own scoring application, all in one
interpreter: TensorFlow's start takes seconds, and a model more takes milliseconds.

    python -m pneumoscope_differential.reference FOLDER MODEL...

When all are ready it prints one line, a JSON object of model to port, and it ends when its input does.
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
    logging.disable(logging.CRITICAL)  # a line for each refused request would be all that one sees
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
        # In one thread: TensorFlow keeps a lock when a call fails that no function takes, and then a call from another
        # thread waits for it for ever.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await server.serve()

    threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return port


if __name__ == "__main__":
    main()
