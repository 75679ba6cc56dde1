"""The folder for results. Films, and pages that show films, must not be written into a repository."""

import tempfile
from pathlib import Path


class InsideRepositoryError(ValueError):
    """The folder lies in a git repository."""


def outside_repository(folder: Path | None, purpose: str) -> Path:
    """Creates the folder, or a temporary one. Refuses a folder inside any git repository."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix=f"pneumoscope-{purpose}-"))
    resolved = folder.resolve()
    for parent in (resolved, *resolved.parents):
        if (parent / ".git").exists():
            raise InsideRepositoryError(
                f"{folder} is inside the repository {parent}, and the pages show films: name a folder outside it, OUT="
            )
    resolved.mkdir(parents=True, exist_ok=True)
    return resolved
