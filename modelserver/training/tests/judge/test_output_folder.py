from pathlib import Path

import pytest

from pneumoscope_training.judge.output_folder import InsideRepositoryError, outside_repository


def test_a_folder_inside_a_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    with pytest.raises(InsideRepositoryError, match="OUT="):
        outside_repository(tmp_path / "clone" / "a" / "b", "evaluation")
    assert not (tmp_path / "clone" / "a").exists()
    assert outside_repository(tmp_path / "beside", "evaluation").is_dir()


def test_the_default_is_a_temporary_folder() -> None:
    folder = outside_repository(None, "evaluation")
    assert folder.is_dir()
    folder.rmdir()
