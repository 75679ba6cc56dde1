import json
import shutil
from pathlib import Path

import pytest

from pneumoscope_training.publish.model_card_page import BLOCKS, StaleError, fill, load, update

DOCS = Path(__file__).parents[4] / "docs"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    shutil.copytree(DOCS / "figures", tmp_path / "figures")
    shutil.copy(DOCS / "model-card.md", tmp_path)
    return tmp_path


def test_the_committed_card_has_the_committed_figures() -> None:
    assert update(DOCS / "model-card.md", DOCS / "figures", check=True) is False


def test_the_card_shows_every_block() -> None:
    page = (DOCS / "model-card.md").read_text()
    assert [name for name in BLOCKS if f"<!-- figures: {name} -->" not in page] == []


def test_new_figures_are_filled_in_and_the_prose_is_kept(docs: Path) -> None:
    file = docs / "figures" / "evaluation.json"
    figures = json.loads(file.read_text())
    figures["sources"]["kermany"]["brier"] = 0.123
    file.write_text(json.dumps(figures))
    with pytest.raises(StaleError, match="make model-card"):
        update(docs / "model-card.md", docs / "figures", check=True)
    before = (docs / "model-card.md").read_text()
    assert update(docs / "model-card.md", docs / "figures", check=False)
    after = (docs / "model-card.md").read_text()
    different = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(different) == 1
    assert "| 0.123 (" in different[0]


def test_figures_of_two_models_are_not_mixed(docs: Path) -> None:
    file = docs / "figures" / "audit.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"model": "m-other"}))
    with pytest.raises(StaleError, match="audit: m-other"):
        load(docs / "figures")


def test_figures_of_a_model_without_a_three_way_answer_and_a_novelty_fill_every_block(docs: Path) -> None:
    figures = load(docs / "figures")
    figures["evaluation"] |= {"three_way": None, "novelty": None, "perhaps_in_training": None}
    figures["audit"] |= {"unlike": None, "letterboxed": None, "sizes": None}
    page = fill((docs / "model-card.md").read_text(), figures)
    assert "This model gives no three-way answer." in page
    assert page.count("This model has no novelty.") == 2
    assert "No original films were available." in page
