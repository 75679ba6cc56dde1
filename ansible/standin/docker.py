"""Runs the docker command."""

import subprocess

LABEL = "pneumoscope.standin"


class Failed(Exception):
    """A step failed; the text says which, with the end of its output."""


def docker(*arguments: str, text: str | None = None) -> str:
    done = subprocess.run(["docker", *arguments], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"docker {' '.join(arguments[:2])}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout.strip()


def lines(*arguments: str) -> list[str]:
    return docker(*arguments).split()
