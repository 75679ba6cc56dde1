"""The git revision of this code."""

import subprocess
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def revision() -> str | None:
    """The commit, with "-dirty" if the package differs from it; None outside a repository."""
    commit = _git("rev-parse", "--verify", "HEAD")
    return commit + "-dirty" if commit and _git("status", "--porcelain", "--", ".") else commit


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(["git", *arguments], cwd=PACKAGE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip() or None
