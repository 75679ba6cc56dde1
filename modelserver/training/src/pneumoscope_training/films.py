"""Films: the manifest, its splits, the pixels, and a stream of balanced batches."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from PIL import Image

from .config import FILM_SIZE, Group, Recipe
from .workers import Workers

LABELS = ("NORMAL", "PNEUMONIA")
SPLITS = ("train", "val", "test")

Pixels = npt.NDArray[np.uint8]  # [films, 224, 224, 1]


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
        return self.label == "PNEUMONIA"


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
            raise ValueError(f"{film.file}: label {film.label!r} is none of {', '.join(LABELS)}")
    return films


def read_rows(data: Path) -> list[Film]:
    """Every row of DATA_DIR/manifest.csv, of whatever split and label."""
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


def read_pixels(data: Path, films: Sequence[Film]) -> Pixels:
    """Decodes every film to one grey channel. Nothing else of a file (its size in bytes, its channels, its
    metadata) goes any further: those alone tell the classes apart in this data."""
    pixels = np.empty((len(films), FILM_SIZE, FILM_SIZE, 1), np.uint8)
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            _check_size(film, image)
            pixels[index, :, :, 0] = np.asarray(image.convert("L"))
    return pixels


def check_sizes(data: Path, films: Sequence[Film]) -> None:
    """Says before a training what would end it hours later."""
    for film in films:
        with Image.open(data / film.file) as image:
            _check_size(film, image)


def _check_size(film: Film, image: Image.Image) -> None:
    if image.size != (FILM_SIZE, FILM_SIZE):
        width, height = image.size
        raise ValueError(f"{film.file}: {width}x{height} pixels instead of {FILM_SIZE}x{FILM_SIZE}")


def balanced_batches(
    films: Sequence[Film], mix: Sequence[tuple[Group, float]], batch: int, seed: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Endless batches of indices into films, drawn from each group in its share of the mix.

    A group is walked in shuffled order, again and again, so that each of its films is seen equally often.
    Groups of the mix that have no films are left out and the others share their place.
    """
    random = np.random.default_rng(seed)
    members = {group: np.array([i for i, film in enumerate(films) if film.group == group]) for group, _ in mix}
    present = [(members[group], share) for group, share in mix if len(members[group])]
    if not present:
        raise ValueError("no film belongs to a group of the mix")
    shares = np.array([share for _, share in present])
    queues: list[list[int]] = [[] for _ in present]
    while True:
        indices = []
        for group in random.choice(len(present), batch, p=shares / shares.sum()):
            if not queues[group]:
                queues[group] = random.permutation(present[group][0]).tolist()
            indices.append(queues[group].pop())
        yield np.array(indices)


def training_batches(data: Path, films: Sequence[Film], recipe: Recipe, first: int, end: int, workers: Workers) -> Any:
    """A worker's part of the batches of the steps from first up to end: (uint8 films [n, 224, 224, 1],
    targets [n]). All workers draw the same batches, and each takes its share of the places.

    A stream: films are decoded while the step before them runs, and only a few batches are ever in memory.
    Drawing indices is cheap, so a resumed run draws those of the steps already done and drops them.
    """
    if recipe.films % workers.number:
        raise ValueError(f"{recipe.films} films of a step cannot be shared evenly by {workers.number} workers")
    part = recipe.films // workers.number
    files = tf.constant([str(data / film.file) for film in films])
    targets = tf.constant(_targets(films, recipe))

    def drawn() -> Iterator[npt.NDArray[np.int64]]:
        batches = islice(balanced_batches(films, recipe.mix, recipe.films, recipe.seed), first, end)
        return (indices[workers.index :: workers.number] for indices in batches)

    def read(index: Any) -> tuple[Any, Any]:
        picture = tf.io.decode_image(tf.io.read_file(files[index]), channels=1, expand_animations=False)
        return tf.ensure_shape(picture, [FILM_SIZE, FILM_SIZE, 1]), targets[index]

    stream = tf.data.Dataset.from_generator(drawn, output_signature=tf.TensorSpec([part], tf.int64))
    return stream.unbatch().map(read, num_parallel_calls=2, deterministic=True).batch(part).prefetch(2)


def _targets(films: Sequence[Film], recipe: Recipe) -> npt.NDArray[np.float32]:
    positive = np.array([film.positive for film in films], np.float32)
    smoothing = np.array(
        [
            recipe.noisy_label_smoothing if film.source in recipe.noisy_sources else recipe.label_smoothing
            for film in films
        ],
        np.float32,
    )
    return positive * (1.0 - smoothing) + 0.5 * smoothing
