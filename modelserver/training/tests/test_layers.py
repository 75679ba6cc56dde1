"""Which subpackage may import which."""

import ast
from pathlib import Path

import pytest

import pneumoscope_training

PACKAGE = Path(pneumoscope_training.__file__).parent
MAY_IMPORT: dict[str, set[str]] = {
    "data": set(),
    "train": {"data"},
    "judge": {"data"},
    "publish": {"data", "train", "judge"},
}


def imported_by(file: Path) -> set[str]:
    """The other subpackages that a module of a subpackage imports from."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not [name for name in names if name.startswith(PACKAGE.name)], f"{file}: use relative imports"
    return found & MAY_IMPORT.keys()


@pytest.mark.parametrize("subpackage", MAY_IMPORT)
def test_a_subpackage_imports_only_lower_layers(subpackage: str) -> None:
    modules = list((PACKAGE / subpackage).glob("*.py"))
    assert modules
    for file in modules:
        assert imported_by(file) <= MAY_IMPORT[subpackage], file
