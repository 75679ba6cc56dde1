"""The audit: what shortcuts earn, what the model makes of films of which only they are left, and what it loses when
they are gone; whether its map can be believed; and what leaks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from . import answers, leaks
from .calibrate import Numbers
from .config import FILM_SIZE
from .evaluate import bootstrap_interval, from_source, truth_of
from .films import Film, Pixels, of_split, read_manifest, read_pixels, read_rows
from .maps import check_maps
from .perturb import UNCHANGED, costs, crop, perturbed
from .scoring import Model
from .shortcuts import CORNER, earned, earned_by_size

Change = Callable[[Pixels], Pixels]


def _edge(share: float) -> npt.NDArray[np.bool_]:
    ring = np.ones((FILM_SIZE, FILM_SIZE), np.bool_)
    width = round(FILM_SIZE * share)
    ring[width:-width, width:-width] = False
    return ring


def _corners() -> npt.NDArray[np.bool_]:
    mask = np.zeros((FILM_SIZE, FILM_SIZE), np.bool_)
    for y in (slice(None, CORNER), slice(-CORNER, None)):
        for x in (slice(None, CORNER), slice(-CORNER, None)):
            mask[y, x] = True
    return mask


def covered(mask: npt.NDArray[np.bool_]) -> Change:
    """The mean of what is left over what is covered, so that nothing of the covered part is told."""

    def change(pixels: Pixels) -> Pixels:
        changed = pixels.copy()
        changed[:, mask, 0] = np.round(pixels[:, ~mask, 0].mean(axis=1, dtype=np.float64))[:, None]
        return changed

    return change


CHANGES: dict[str, Change] = {
    "only the outer 4 % left": covered(~_edge(0.04)),
    "only the outer 11 % left": covered(~_edge(0.11)),
    "only the outer 12 % left": covered(~_edge(0.12)),
    "border of 4 % covered": covered(_edge(0.04)),
    "border of 11 % covered": covered(_edge(0.11)),
    "border of 11 % cropped": lambda pixels: perturbed(pixels, crop(0.11)),
    "corners covered": covered(_corners()),
    "mirrored": lambda pixels: pixels[:, :, ::-1],
}

# Pictures that no frontal chest film looks like: how many of them does the novelty find?
UNLIKE: dict[str, Change] = {
    "mirrored": CHANGES["mirrored"],
    "inverted": lambda pixels: ~pixels,
    "upside down": lambda pixels: pixels[:, ::-1, ::-1],
    "turned a quarter": lambda pixels: pixels.swapaxes(1, 2)[:, ::-1],
    "only the outer 12 % left": CHANGES["only the outer 12 % left"],
}


def audit(model: Model, data: Path) -> dict[str, Any]:
    films = read_manifest(data)
    train, val = of_split(films, "train"), of_split(films, "val")
    pixels = read_pixels(data, val)
    fixtures = [film for film in read_rows(data) if film.split == "fixture" and (data / film.file).exists()]
    return {
        "schema": 1,
        "model": model.identifier,
        "shortcuts": earned(train, read_pixels(data, train), val, pixels),
        "sizes": {"films": len(fixtures), **earned_by_size(data, fixtures)} if fixtures else None,
        "changed": _changed(model, val, pixels),
        "letterboxed": _letterboxed(model, data, fixtures) if fixtures else None,
        "unlike": _unlike(model, val, pixels),
        "maps": check_maps(model, val, pixels),
        "leaks": leaks.find(data, films).as_json(),
    }


def _changed(model: Model, films: list[Film], pixels: Pixels) -> dict[str, Any]:
    scores: dict[str, Numbers] = {UNCHANGED: model.score(pixels)}
    scores |= {name: model.score(np.ascontiguousarray(change(pixels))) for name, change in CHANGES.items()}
    found = costs(films, scores, model.thresholds)
    for source, figures in found.items():
        here = from_source(films, source)
        patients = [film.patient for film in films if film.source == source]
        for name, p in scores.items():
            figures[name]["auc_ci95"] = bootstrap_interval(p[here], truth_of(films)[here], patients)
    return found


def _unlike(model: Model, films: list[Film], pixels: Pixels) -> dict[str, dict[str, float]] | None:
    """Per kind of picture and source, the share that the novelty finds; nothing of a model that has none."""
    found: dict[str, dict[str, float]] = {}
    for name, change in {UNCHANGED: lambda pixels: pixels, **UNLIKE}.items():
        judged = answers.novelty(model.card, films, model.novelty(np.ascontiguousarray(change(pixels))))
        if judged is None:
            return None
        found[name] = {source: f["above"] for source, f in judged["sources"].items()}
    return found


def _letterboxed(model: Model, data: Path, films: list[Film]) -> dict[str, Any]:
    """Films at full size, stretched as they are served, and with black bars instead. Most were trained on: only
    what is lost counts."""
    stretched, boxed = np.empty((2, len(films), FILM_SIZE, FILM_SIZE, 1), np.uint8)
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            grey = image.convert("L")
        stretched[index, :, :, 0] = np.asarray(grey.resize((FILM_SIZE, FILM_SIZE), Image.Resampling.BILINEAR))
        scale = FILM_SIZE / max(grey.size)
        small = grey.resize((round(grey.width * scale), round(grey.height * scale)), Image.Resampling.BILINEAR)
        whole = Image.new("L", (FILM_SIZE, FILM_SIZE))
        whole.paste(small, ((FILM_SIZE - small.width) // 2, (FILM_SIZE - small.height) // 2))
        boxed[index, :, :, 0] = np.asarray(whole)
    scores = {UNCHANGED: model.score(stretched), "letterboxed": model.score(boxed)}
    return {"films": len(films)} | costs([replace(f, source="originals") for f in films], scores, model.thresholds)
