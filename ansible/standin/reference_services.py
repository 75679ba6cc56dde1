"""Runs both programs as local processes. The deployment must give the same answers."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from standin.docker import Failed
from standin.layout import REPOSITORY


@contextlib.contextmanager
def start(log: Path) -> Iterator[str]:
    """Yields the page's address."""
    model, page, admin = (free_port() for _ in range(3))
    settings = {
        "MODELSERVER_LISTEN": f"127.0.0.1:{model}",
        "MODELSERVER_ADMIN_LISTEN": "127.0.0.1:0",
        "FRONTEND_LISTEN": f"127.0.0.1:{page}",
        "FRONTEND_ADMIN_LISTEN": f"127.0.0.1:{admin}",
        "FRONTEND_MLFLOW_ADDRESS": f"http://127.0.0.1:{model}",
    }
    with open(log, "w") as file:
        processes = [
            subprocess.Popen(
                [REPOSITORY / "bin" / name],
                cwd=REPOSITORY,
                env=os.environ | {variable: value for variable, value in settings.items() if variable.startswith(name.upper())},
                stdout=file,
                stderr=file,
            )
            for name in ("modelserver", "frontend")
        ]
        try:
            wait(f"http://127.0.0.1:{admin}/readyz", processes)
            yield f"http://127.0.0.1:{page}/"
        finally:
            for process in processes:
                process.kill()
                process.wait()


def wait(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError as error:
            if time.monotonic() > end or any(process.poll() is not None for process in processes):
                raise Failed("the local services do not start: are bin/modelserver and bin/frontend built?") from error
            time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
