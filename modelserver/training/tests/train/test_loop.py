import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pneumoscope_training.config import Recipe
from pneumoscope_training.data.manifest import read_collection
from pneumoscope_training.train.loop import train
from pneumoscope_training.train.workers import Workers

QUICK = Recipe(steps=4, films=8, stages=((64, 1.0),))


# At this size, unlike at smaller ones, two runs differ when operations run concurrently.
REPEATED = Recipe(steps=5, films=32, stages=((160, 1.0),))

KILLED = """
import os, signal, sys
from pathlib import Path
from pneumoscope_training.train.determinism import make_deterministic
make_deterministic()
from pneumoscope_training.train import loop
from pneumoscope_training.config import Recipe
from pneumoscope_training.data.manifest import read_collection
loop.CHECKPOINT_SECONDS = 0.0
data, checkpoint = map(Path, sys.argv[1:])
def validate(network, size, seen=[]):
    seen.append(size)
    if len(seen) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"size": float(size)}
recipe = Recipe(steps=5, films=32, stages=((160, 1.0),))
loop.train(recipe, data, read_collection(data).train, validate, checkpoint)
"""


def test_a_killed_run_resumes_and_ends_with_the_same_weights(drawn_data: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.npz"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(drawn_data), str(checkpoint)],
        env={**os.environ, "PYTHONPATH": "src"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    films = read_collection(drawn_data).train
    resumed = train(REPEATED, drawn_data, films, lambda network, size: {"size": 0.0}, checkpoint)
    assert [figures["size"] for figures in resumed.history] == [160.0, 160.0, 0.0, 0.0, 0.0], "two of the killed run"

    uninterrupted = train(REPEATED, drawn_data, films)
    assert resumed.losses == uninterrupted.losses
    assert resumed.digest == uninterrupted.digest
    again = train(REPEATED, drawn_data, films, checkpoint=checkpoint)
    assert again.losses == resumed.losses, "a finished run is not trained again"


def test_a_batch_that_workers_cannot_share_is_refused(drawn_data: Path) -> None:
    films = read_collection(drawn_data).train
    with pytest.raises(ValueError, match="8 films of a step cannot be shared evenly by 3 workers"):
        train(QUICK, drawn_data, films, workers=Workers(0, 3))


WORKER = """
import sys
from pathlib import Path
from pneumoscope_training.train.determinism import make_deterministic
make_deterministic()
from pneumoscope_training.train.workers import join
workers = join()
import numpy as np
from pneumoscope_training.config import Recipe
from pneumoscope_training.data.manifest import read_collection
from pneumoscope_training.train.loop import train
data, out = map(Path, sys.argv[1:])
recipe = Recipe(steps=3, films=8, stages=((64, 1.0),))
checkpoint = out / "shared.npz"
trained = train(recipe, data, read_collection(data).train, None, checkpoint, workers=workers)
np.savez(out / f"worker{workers.index}.npz", losses=trained.losses, *[np.asarray(w) for w in trained.network.weights])
"""


def test_two_workers_end_with_the_same_weights(drawn_data: Path, tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket() as other:
        for listener in (one, other):
            listener.bind(("127.0.0.1", 0))
        addresses = [f"127.0.0.1:{listener.getsockname()[1]}" for listener in (one, other)]
    processes = []
    for index in range(2):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(cluster), "PYTHONPATH": "src"}
        command = [sys.executable, "-c", WORKER, str(drawn_data), str(tmp_path)]
        processes.append(
            subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
        )
    errors = [process.communicate(timeout=240)[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    with np.load(tmp_path / "worker0.npz") as first, np.load(tmp_path / "worker1.npz") as second:
        assert len(first["losses"]) == 3
        for name in first.files:
            np.testing.assert_allclose(first[name], second[name], rtol=1e-5, atol=1e-6, err_msg=name)
    assert (tmp_path / "shared.npz").exists()
