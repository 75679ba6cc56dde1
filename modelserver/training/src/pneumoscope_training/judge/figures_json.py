"""Figures as JSON files, rounded: further digits differ from machine to machine and mean nothing."""

import json
from pathlib import Path
from typing import Any

SIGNIFICANT_DIGITS = 5


def write(file: Path, figures: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_rounded(figures), indent=1, ensure_ascii=False) + "\n")


def read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text()))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value
