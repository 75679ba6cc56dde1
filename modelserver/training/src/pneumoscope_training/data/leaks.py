"""Leaks: a patient, a file or a picture that is in two splits, or under two labels.

A network can memorise a film. A film that is used in training and in validation therefore makes every figure too good.
"""

import hashlib
import io
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from .manifest import Film

SIDE = 28  # of a thumbnail: each of its pixels is the mean of a block of 8x8, which a JPEG stores as it is

# Two films count as copies from this correlation of their thumbnails (after the local mean is subtracted). Among
# 13,858 films the highest correlation of two different films is .911: two exposures of one child. Copies score higher:
# gamma .7 .956, gamma 1.4 .965, noise .983, JPEG q20 .968, half resolution .996; of 100 copies cropped by 1 % on each
# side, 99 reach .925. A copy that is cropped by 2 % or rotated by more than one degree is not found.
THRESHOLD = 0.93
WORTH_A_LOOK = 0.88  # below the threshold, above nearly all pairs: often one patient under two keys

BLOCK = 1024  # films that are compared with all others in one step: 60 MB of correlations for 14,000 films

Thumbnails = npt.NDArray[np.float32]  # [films, SIDE * SIDE], each of length 1


class LeakError(ValueError):
    """A film, a picture or a patient is in two splits or under two labels."""


@dataclass(frozen=True)
class Leak:
    kind: str  # patient, file or picture
    first: str  # a film
    second: str
    between: str  # the two splits or the two labels
    alike: float | None = None  # correlation of the pictures


@dataclass(frozen=True)
class Report:
    films: int
    without_patient: int  # films without a patient key, whose patients cannot be compared
    leaks: list[Leak]
    worth_a_look: list[Leak]

    def as_json(self) -> dict[str, Any]:
        return {
            "films": self.films,
            "without_patient_key": self.without_patient,
            "threshold": THRESHOLD,
            "leaks": {kind: sum(leak.kind == kind for leak in self.leaks) for kind in ("patient", "file", "picture")},
            "worth_a_look": [asdict(leak) for leak in self.worth_a_look],
        }


def check(data: Path, films: Sequence[Film]) -> Report:
    """Raises LeakError, which says what to do about the leaks. Without leaks, returns a report of what was searched."""
    report = find(data, films)
    if report.leaks:
        shown = "\n".join(
            f"  {leak.kind}: {leak.first} and {leak.second} ({leak.between})" for leak in report.leaks[:10]
        )
        more = f"\n  and {len(report.leaks) - 10} more" if len(report.leaks) > 10 else ""
        raise LeakError(
            f"{len(report.leaks)} leaks between splits or labels:\n{shown}{more}\n"
            "Give all films of a patient, and all copies of a film, the same split in manifest.csv and one label, or "
            "leave them out; `python -m pneumoscope_training leaks --data FOLDER` lists all of them"
        )
    return report


def find(data: Path, films: Sequence[Film]) -> Report:
    digests, thumbnails = read(data, films)
    leaks = [*_patients(films), *_files(films, digests)]
    known = {(leak.first, leak.second) for leak in leaks if leak.kind == "file"}
    pairs = [pair for pair in _pictures(films, thumbnails) if (pair.first, pair.second) not in known]
    return Report(
        films=len(films),
        without_patient=sum(not film.patient for film in films),
        leaks=leaks + [pair for pair in pairs if (pair.alike or 0) >= THRESHOLD],
        worth_a_look=[pair for pair in pairs if (pair.alike or 0) < THRESHOLD],
    )


def between(data: Path, films: Sequence[Film], other_data: Path, others: Sequence[Film]) -> Report:
    """Films of one folder that are also in another folder, as the same file or as the same picture. Each film is
    listed once, with the film of the other folder that is most like it."""
    digests, thumbnails = read(data, films)
    other_digests, other_thumbnails = read(other_data, others)
    leaks: list[Leak] = []
    worth_a_look: list[Leak] = []
    for start in range(0, len(films), BLOCK):
        alike = thumbnails[start : start + BLOCK] @ other_thumbnails.T
        for row, film in enumerate(films[start : start + BLOCK]):
            best = int(alike[row].argmax())
            if digests[start + row] == other_digests[best]:
                leaks.append(Leak("file", film.file, others[best].file, "here and there"))
            elif (likeness := round(float(alike[row, best]), 3)) >= WORTH_A_LOOK:
                pair = Leak("picture", film.file, others[best].file, "here and there", likeness)
                (leaks if likeness >= THRESHOLD else worth_a_look).append(pair)
    return Report(len(films), sum(not film.patient for film in films), leaks, worth_a_look)


def read(data: Path, films: Sequence[Film]) -> tuple[list[str], Thumbnails]:
    """The digest of every file, computed now and not taken from the manifest, and its thumbnail."""

    def one(film: Film) -> tuple[str, npt.NDArray[np.float32]]:
        content = (data / film.file).read_bytes()
        with Image.open(io.BytesIO(content)) as image:
            image.draft("L", (SIDE, SIDE))  # decodes a JPEG at a reduced size, ten times as fast
            small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
        return hashlib.sha256(content).hexdigest(), np.asarray(small, np.float32)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, films, chunksize=64))
    return [digest for digest, _ in found], standardise(np.stack([small for _, small in found]))


def standardise(small: npt.NDArray[np.float32]) -> Thumbnails:
    """Subtracts the mean of the 5x5 pixels around each pixel, because all chests look alike at a coarse scale. Then
    scales each thumbnail to length 1, so that neither brightness nor contrast counts."""
    padded = np.pad(small, ((0, 0), (2, 2), (2, 2)), mode="edge")
    around = sum(padded[:, y : y + SIDE, x : x + SIDE] for y in range(5) for x in range(5)) / 25
    detail = (small - around).reshape(len(small), -1)
    detail -= detail.mean(axis=1, keepdims=True)
    return np.asarray(detail / (np.linalg.norm(detail, axis=1, keepdims=True) + 1e-6), np.float32)


def _patients(films: Sequence[Film]) -> Iterable[Leak]:
    """A patient may have films of both labels, taken in different years, but all must be in one split."""
    groups = defaultdict(list)
    for film in films:
        if film.patient:
            groups[film.source, film.patient].append(film)
    return _across_splits("patient", groups)


def _files(films: Sequence[Film], digests: Sequence[str]) -> Iterable[Leak]:
    groups = defaultdict(list)
    for film, digest in zip(films, digests, strict=True):
        groups[digest].append(film)
    yield from _across_splits("file", groups)
    for group in groups.values():
        other = next((film for film in group if film.label != group[0].label and film.split == group[0].split), None)
        if other:
            yield Leak("file", group[0].file, other.file, _between(group[0], other))


def _across_splits(kind: str, groups: dict[Any, list[Film]]) -> Iterable[Leak]:
    """One leak for each group: its first film, and its first film of another split."""
    for group in groups.values():
        other = next((film for film in group if film.split != group[0].split), None)
        if other:
            yield Leak(kind, group[0].file, other.file, _between(group[0], other))


def listing(report: Report) -> str:
    """A line for each pair, and a last line with the counts."""
    lines = []
    for leak in [*report.leaks, *report.worth_a_look]:
        kind = leak.kind if leak in report.leaks else "worth a look"
        lines.append(f"{kind}: {leak.first} and {leak.second} ({leak.between}) {leak.alike or ''}".rstrip())
    lines.append(f"{report.films} films, {report.without_patient} without a patient key: {len(report.leaks)} leaks")
    return "\n".join(lines)


def _pictures(films: Sequence[Film], thumbnails: Thumbnails) -> list[Leak]:
    """Pairs that are worth a look, in descending order of likeness."""
    split, label = _numbered(film.split for film in films), _numbered(film.label for film in films)
    found = []
    for start in range(0, len(films), BLOCK):
        block = slice(start, start + BLOCK)
        # Each pair once: compare the block only with itself and the films after it.
        alike = np.triu(thumbnails[block] @ thumbnails[start:].T, k=1)
        for row, column in np.argwhere(alike >= WORTH_A_LOOK):
            i, j = start + int(row), start + int(column)
            if split[i] != split[j] or label[i] != label[j]:
                pair = (films[i], films[j])
                found.append(
                    Leak("picture", pair[0].file, pair[1].file, _between(*pair), round(float(alike[row, column]), 3))
                )
    return sorted(found, key=lambda leak: -(leak.alike or 0))


def _between(first: Film, second: Film) -> str:
    if first.split != second.split:
        return f"{first.split} and {second.split}"
    return f"{first.label} and {second.label}"


def _numbered(values: Iterable[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]
