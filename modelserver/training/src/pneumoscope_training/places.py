"""Where results may go. Films, and pictures with films in them, never enter a repository."""

import tempfile
from pathlib import Path


class InsideRepositoryError(ValueError):
    """The folder lies in a git repository."""


def outside_repository(folder: Path | None, purpose: str) -> Path:
    """The folder, made, or a fresh temporary one. Refused in a repository, whichever it is."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix=f"pneumoscope-{purpose}-"))
    resolved = folder.resolve()
    for parent in (resolved, *resolved.parents):
        if (parent / ".git").exists():
            raise InsideRepositoryError(
                f"{folder} lies in the repository {parent}: films are shown there, so name a folder outside, OUT="
            )
    resolved.mkdir(parents=True, exist_ok=True)
    return resolved
