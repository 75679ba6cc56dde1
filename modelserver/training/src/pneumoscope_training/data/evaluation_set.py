"""The films to evaluate a model on: a split of any folder SOURCE/CLASS/*.jpeg, with a manifest or without."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .manifest import LABELS, PNEUMONIA, Film, read_rows

ENDINGS = (".jpeg", ".jpg", ".png")


class EvaluationSetError(ValueError):
    """The folder does not have the films that were requested."""


def read_evaluation_set(data: Path, split: str | None = None, positive: Sequence[str] = ()) -> list[Film]:
    """The films of a split. The default is the only split that is neither "train" nor "fixture".

    `positive` names classes that count as pneumonia, such as COVID.
    """
    films = read_rows(data) if (data / "manifest.csv").exists() else _walk(data)
    films = _of_split(data, films, split)
    return [_labelled(film, {name.upper() for name in positive}) for film in films]


def _walk(data: Path) -> list[Film]:
    films = [
        Film(file.relative_to(data).as_posix(), file.parent.name, file.parents[1].name, "", "", "")
        for file in sorted(data.glob("*/*/*"))
        if file.suffix.lower() in ENDINGS
    ]
    if not films:
        raise EvaluationSetError(f"{data}: neither a manifest.csv nor films as SOURCE/CLASS/*.jpeg")
    return films


def _of_split(data: Path, films: Sequence[Film], split: str | None) -> list[Film]:
    splits = sorted({film.split for film in films})
    if split is None:
        unseen = [name for name in splits if name not in ("train", "fixture")]
        if len(unseen) != 1:
            raise EvaluationSetError(
                f"{data}: films of the splits {', '.join(splits)}: name the one to evaluate on, SPLIT="
            )
        split = unseen[0]
    chosen = [film for film in films if film.split == split]
    if not chosen:
        raise EvaluationSetError(f"{data}: no films of the split {split!r}, only of {', '.join(splits)}")
    return chosen


def _labelled(film: Film, positive: set[str]) -> Film:
    label = film.label.upper()
    if label in positive:
        return replace(film, label=PNEUMONIA)
    if label not in LABELS:
        raise EvaluationSetError(
            f"{film.file}: unknown class {film.label!r}: use {' or '.join(LABELS)}, or say POSITIVE={film.label} "
            "if it counts as pneumonia"
        )
    return replace(film, label=label)
