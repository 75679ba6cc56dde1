"""Any folder of films, SOURCE/CLASS/*.jpeg, with a manifest or without, to judge a model on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from .config import FILM_SIZE
from .films import LABELS, Film, Pixels, read_rows

ENDINGS = (".jpeg", ".jpg", ".png")
NORMAL, PNEUMONIA = LABELS


class FolderError(ValueError):
    """The folder is not one that a model can be judged on, as it is asked for."""


def read_folder(data: Path, split: str | None = None, positive: Sequence[str] = ()) -> list[Film]:
    """The films of a split. Without one: those of the only split that is neither trained on nor fixtures.

    `positive` names classes that count as pneumonia, such as COVID.
    """
    films = read_rows(data) if (data / "manifest.csv").exists() else _walk(data)
    films = _of_split(data, films, split)
    return [_labelled(film, {name.upper() for name in positive}) for film in films]


def read_stretched(data: Path, films: Sequence[Film]) -> tuple[Pixels, int]:
    """The pixels, and how many films were of another size: those are stretched as the training films were."""
    pixels = np.empty((len(films), FILM_SIZE, FILM_SIZE, 1), np.uint8)
    stretched = 0
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            grey = image.convert("L")
        if grey.size != (FILM_SIZE, FILM_SIZE):
            stretched += 1
            grey = grey.resize((FILM_SIZE, FILM_SIZE), Image.Resampling.BILINEAR)
        pixels[index, :, :, 0] = np.asarray(grey)
    return pixels, stretched


def _walk(data: Path) -> list[Film]:
    films = [
        Film(file.relative_to(data).as_posix(), file.parent.name, file.parents[1].name, "", "", "")
        for file in sorted(data.glob("*/*/*"))
        if file.suffix.lower() in ENDINGS
    ]
    if not films:
        raise FolderError(f"{data}: neither a manifest.csv nor films as SOURCE/CLASS/*.jpeg")
    return films


def _of_split(data: Path, films: Sequence[Film], split: str | None) -> list[Film]:
    splits = sorted({film.split for film in films})
    if split is None:
        unseen = [name for name in splits if name not in ("train", "fixture")]
        if len(unseen) != 1:
            raise FolderError(f"{data}: films of the splits {', '.join(splits)}: name the one to judge on, SPLIT=")
        split = unseen[0]
    chosen = [film for film in films if film.split == split]
    if not chosen:
        raise FolderError(f"{data}: no films of the split {split!r}, only of {', '.join(splits)}")
    return chosen


def _labelled(film: Film, positive: set[str]) -> Film:
    label = film.label.upper()
    if label in positive:
        return replace(film, label=PNEUMONIA)
    if label not in LABELS:
        raise FolderError(
            f"{film.file}: class {film.label!r} is none of {', '.join(LABELS)}: say POSITIVE={film.label} "
            "if it counts as pneumonia"
        )
    return replace(film, label=label)
