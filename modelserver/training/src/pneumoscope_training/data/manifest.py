"""The films that manifest.csv lists, and its splits."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from ..arrays import Mask, Truth
from ..config import Group

LABELS = NORMAL, PNEUMONIA = ("NORMAL", "PNEUMONIA")
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Film:
    file: str
    label: str
    source: str
    split: str
    patient: str  # empty where the source gives no key
    sha256: str

    @property
    def group(self) -> Group:
        return self.source, self.label

    @property
    def positive(self) -> bool:
        return self.label == PNEUMONIA


@dataclass(frozen=True)
class Collection:
    """What a model is trained and validated on."""

    digest: str  # of the manifest
    train: list[Film]
    val: list[Film]


def read_collection(data: Path, limit: int | None = None) -> Collection:
    films = read_manifest(data)
    return Collection(manifest_digest(data), of_split(films, "train", limit), of_split(films, "val", limit))


def read_manifest(data: Path) -> list[Film]:
    """The films of DATA_DIR/manifest.csv. Rows of other splits, such as fixtures, are not for training."""
    films = [film for film in read_rows(data) if film.split in SPLITS]
    if not films:
        raise ValueError(f"{data / 'manifest.csv'}: no films of the splits {', '.join(SPLITS)}")
    for film in films:
        if film.label not in LABELS:
            raise ValueError(f"{film.file}: unknown label {film.label!r}: use {' or '.join(LABELS)}")
    return films


def read_rows(data: Path) -> list[Film]:
    """Every row of DATA_DIR/manifest.csv, of any split and label."""
    with (data / "manifest.csv").open(newline="") as file:
        return [
            Film(
                file=row["file"],
                label=row["label"],
                source=row["source"],
                split=row["split"],
                patient="" if row["patient"] == "unknown" else row["patient"],
                sha256=row["sha256"],
            )
            for row in csv.DictReader(file)
        ]


def manifest_digest(data: Path) -> str:
    return hashlib.sha256((data / "manifest.csv").read_bytes()).hexdigest()


def of_split(films: Sequence[Film], split: str, limit: int | None = None) -> list[Film]:
    """The films of a split; with a limit, that many, taken in turn from every source and label."""
    chosen = [film for film in films if film.split == split]
    if limit is None or len(chosen) <= limit:
        return chosen
    groups: dict[Group, list[Film]] = defaultdict(list)
    for film in chosen:
        groups[film.group].append(film)
    in_turn = (film for row in zip_longest(*groups.values()) for film in row if film is not None)
    return [film for film, _ in zip(in_turn, range(limit), strict=False)]


def count(films: Sequence[Film]) -> dict[str, dict[str, dict[str, int]]]:
    """Films per source, split and label."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for (source, split, label), number in sorted(Counter((f.source, f.split, f.label) for f in films).items()):
        counts.setdefault(source, {}).setdefault(split, {})[label] = number
    return counts


def sources_of(films: Sequence[Film]) -> list[str]:
    return sorted({film.source for film in films})


def from_source(films: Sequence[Film], source: str) -> Mask:
    return np.array([film.source == source for film in films], np.bool_)


def patients_of(films: Sequence[Film], source: str) -> list[str]:
    return [film.patient for film in films if film.source == source]


def truth_of(films: Sequence[Film]) -> Truth:
    return np.array([film.positive for film in films], np.bool_)
