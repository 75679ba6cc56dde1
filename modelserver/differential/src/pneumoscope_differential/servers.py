"""Starts and stops the two servers."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60.0
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


@contextmanager
def mlflow_servers(folder: Path, names: Sequence[str]) -> Iterator[dict[str, int]]:
    """Runs MLflow's server for each model and yields their ports."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.reference", str(folder), *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                log.seek(0)
                raise RuntimeError(f"MLflow did not start: {log.read()[-2000:].decode('utf-8', 'replace')}")
            yield json.loads(line)
        finally:
            process.stdin.close()
            process.kill()  # it holds the models in memory, so nothing is lost
            process.wait()


@contextmanager
def our_server(binary: Path, model: Path) -> Iterator[int]:
    """Runs the model server for one model and yields its port."""
    port = free_port()
    env = {
        **os.environ,
        "MODELSERVER_MODEL_URI": str(model),
        "MODELSERVER_LISTEN": f"{HOST}:{port}",
        "MODELSERVER_ADMIN_LISTEN": f"{HOST}:0",
        "MODELSERVER_DRAIN_DELAY": "0s",
        "MODELSERVER_OTHER_PROTOCOLS": "false",  # MLflow does not have their paths
        "MODELSERVER_LOG_LEVEL": "error",
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([str(binary)], env=env, stdout=log, stderr=log)
        try:
            _await(port, process)
            yield port
        except ServerEndedError:
            log.seek(0)
            raise RuntimeError(f"the model server ended: {log.read()[-2000:].decode('utf-8', 'replace')}") from None
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class ServerEndedError(Exception):
    """A server has ended."""


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection((HOST, port)).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.02)
    raise ServerEndedError
