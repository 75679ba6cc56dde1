"""Runs programs that must not be killed half way."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


def run(command: Sequence[str], *, env: dict[str, str], cwd: Path | None = None, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Waits for the program even after Ctrl-C, which reaches it too. A killed Terraform forgets what it has just created."""
    with subprocess.Popen(command, env=env, cwd=cwd, text=True, stdout=subprocess.PIPE if capture else None) as process:
        interrupted = False
        while True:
            try:
                output, _ = process.communicate()
                break
            except KeyboardInterrupt:
                if not interrupted:
                    print(f"deploy: waiting for {Path(command[0]).name} to end", flush=True)
                interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return subprocess.CompletedProcess(command, process.returncode, output)
