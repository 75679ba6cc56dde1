from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from conftest import Drawing
from pneumoscope_training.data import leaks
from pneumoscope_training.data.manifest import Film

Save = Callable[..., Film]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a picture as a film."""

    def one(name: str, picture: Image.Image, split: str, label: str = "NORMAL", patient: str = "", **jpeg: int) -> Film:
        folder = tmp_path / "kermany" / label
        folder.mkdir(parents=True, exist_ok=True)
        picture.save(folder / f"{name}.jpeg", **({"quality": 90} | jpeg))
        return Film(f"kermany/{label}/{name}.jpeg", label, "kermany", split, patient, "")

    return one


@pytest.fixture
def pictures() -> list[Image.Image]:
    drawing = Drawing(np.random.default_rng(5))
    return [drawing.picture(positive=False) for _ in range(4)]


def test_films_of_different_people_are_accepted(save: Save, pictures: list[Image.Image], tmp_path: Path) -> None:
    films = [save(f"f{i}", p, "train" if i % 2 else "val") for i, p in enumerate(pictures)]
    report = leaks.check(tmp_path, films)
    assert (report.films, report.without_patient, report.leaks) == (4, 4, [])


def test_a_patient_in_two_splits_is_refused_and_the_films_are_named(
    save: Save, pictures: list[Image.Image], tmp_path: Path
) -> None:
    films = [save("a", pictures[0], "train", patient="p1"), save("b", pictures[1], "val", patient="p1")]
    with pytest.raises(leaks.LeakError, match=r"(?s)patient: .*a\.jpeg and .*b\.jpeg \(train and val\).*same split"):
        leaks.check(tmp_path, films)


def test_the_same_key_at_two_sources_is_two_patients(save: Save, pictures: list[Image.Image], tmp_path: Path) -> None:
    films = [save("a", pictures[0], "train", patient="1"), save("b", pictures[1], "val", patient="1")]
    assert not leaks.check(tmp_path, [films[0], replace(films[1], source="nih")]).leaks


def test_a_patient_may_have_films_of_both_labels(save: Save, pictures: list[Image.Image], tmp_path: Path) -> None:
    films = [
        save("a", pictures[0], "train", patient="p1"),
        save("b", pictures[1], "train", label="PNEUMONIA", patient="p1"),
    ]
    assert not leaks.check(tmp_path, films).leaks


@pytest.mark.parametrize(("split", "label"), [("val", "NORMAL"), ("train", "PNEUMONIA")])
def test_a_file_in_two_splits_or_under_two_labels_is_refused(
    save: Save, pictures: list[Image.Image], tmp_path: Path, split: str, label: str
) -> None:
    films = [save("a", pictures[0], "train"), save("b", pictures[0], split, label=label)]
    # The digest in the manifest is not trusted.
    films = [replace(film, sha256=str(index)) for index, film in enumerate(films)]
    with pytest.raises(leaks.LeakError, match=r"^1 leaks .*\n  file: "):
        leaks.check(tmp_path, films)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.point(lambda grey: round(255 * (grey / 255) ** 0.7)),
        lambda p: p.point(lambda grey: grey * 0.7 + 30),
        lambda p: p.resize((112, 112)),
        lambda p: p.resize((640, 640)).convert("RGB"),
        lambda p: p.filter(ImageFilter.GaussianBlur(1)),
    ],
    ids=["brighter", "less contrast", "half the size", "larger and in colour", "blurred"],
)
@pytest.mark.parametrize(("split", "label"), [("val", "NORMAL"), ("train", "PNEUMONIA")])
def test_a_copy_of_a_film_is_refused(
    save: Save,
    pictures: list[Image.Image],
    tmp_path: Path,
    change: Callable[[Image.Image], Image.Image],
    split: str,
    label: str,
) -> None:
    films = [save("a", pictures[0], "train"), save("b", change(pictures[0]), split, label=label, quality=20)]
    with pytest.raises(leaks.LeakError, match="picture: "):
        leaks.check(tmp_path, films)


def test_copies_within_a_split_and_a_label_are_not_leaks(
    save: Save, pictures: list[Image.Image], tmp_path: Path
) -> None:
    films = [save("a", pictures[0], "train"), save("b", pictures[0], "train", quality=30)]
    assert not leaks.check(tmp_path, films).leaks


def test_a_copy_in_another_folder_is_found(save: Save, pictures: list[Image.Image], tmp_path: Path) -> None:
    trained = [save("a", pictures[0], "train"), save("b", pictures[1], "train")]
    evaluated = [save("c", pictures[2], "test"), save("d", pictures[1], "test", quality=30)]
    report = leaks.between(tmp_path, evaluated, tmp_path, trained)
    (leak,) = report.leaks
    assert (leak.kind, leak.first, leak.second) == ("picture", evaluated[1].file, trained[1].file)
    assert report.worth_a_look == []


def test_a_film_similar_to_a_training_film_is_worth_a_look(
    save: Save, pictures: list[Image.Image], tmp_path: Path
) -> None:
    trained = [save("a", pictures[0], "train"), save("b", pictures[1], "train")]
    alike = Image.blend(pictures[1], pictures[3], 0.48)
    evaluated = [save("c", pictures[2], "test"), save("d", alike, "test")]
    report = leaks.between(tmp_path, evaluated, tmp_path, trained)
    assert report.leaks == []
    assert [(leak.first, leak.second) for leak in report.worth_a_look] == [(evaluated[1].file, trained[1].file)]


def test_pairs_across_blocks_are_found(
    save: Save, pictures: list[Image.Image], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks, "BLOCK", 3)
    films = [save(f"t{i}", p, "train") for i, p in enumerate(pictures)]
    films += [save(f"v{i}", p, "val", quality=40) for i, p in enumerate(pictures)]
    found = {(leak.first[-7:-5], leak.second[-7:-5]) for leak in leaks.find(tmp_path, films).leaks}
    assert found == {(f"t{i}", f"v{i}") for i in range(4)}
