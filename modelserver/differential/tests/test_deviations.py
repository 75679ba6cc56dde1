import re
from pathlib import Path

import pytest

from pneumoscope_differential.deviations import COLUMNS, DEVIATIONS, Deviation, table, written_into
from pneumoscope_differential.known import RULES

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"


COMMAND = "PYTHONPATH=modelserver/differential/src python -m pneumoscope_differential document docs/api.md"


def cells(text: str) -> list[list[str]]:
    """The cells of all rows, without the spaces and dashes that a formatter may add."""
    return [re.split(r"[\s-]*\|[\s-]*", line.strip()) for line in text.splitlines()]


def test_the_document_has_the_table() -> None:
    text = DOCUMENT.read_text()
    assert cells(text) == cells(written_into(text)), f"docs/api.md does not match deviations.py: run {COMMAND}"


def test_every_compared_deviation_has_a_rule_and_no_other() -> None:
    assert sorted(RULES) == sorted(deviation.name for deviation in DEVIATIONS if deviation.compared)


def test_names_are_unique() -> None:
    names = [deviation.name for deviation in DEVIATIONS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.name)
def test_a_row_has_a_text_in_every_column(deviation: Deviation) -> None:
    cells = [cell.strip() for cell in deviation.row().strip("|").split("|")]
    assert len(cells) == len(COLUMNS)
    assert all(cells)


def test_the_table_replaces_what_is_between_the_marks() -> None:
    document = "before\n<!-- deviations -->\nold\n<!-- end -->\nafter\n"
    assert written_into(document) == f"before\n<!-- deviations -->\n{table()}<!-- end -->\nafter\n"
    with pytest.raises(ValueError, match="0 blocks"):
        written_into("no marks")
