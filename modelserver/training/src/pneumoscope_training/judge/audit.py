"""The audit: the AUC of shortcuts, the model's figures on films that show only a shortcut or have lost one, checks of
the map, and leaks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..arrays import Mask, Numbers, Pixels
from ..config import FILM_SIZE
from ..data import leaks
from ..data.manifest import Film, from_source, of_split, patients_of, read_manifest, read_rows, truth_of
from ..data.pixels import no_pixels, read_pixels, stretch
from .activation_map import check_maps
from .auc import auc_interval
from .logged_model import Model
from .novelty import novelty_per_source
from .perturbations import UNCHANGED, costs, crop, perturbed
from .shortcuts import CORNERS, auc_of_size, auc_per_source

Change = Callable[[Pixels], Pixels]


def _edge(share: float) -> Mask:
    ring = np.ones((FILM_SIZE, FILM_SIZE), np.bool_)
    width = round(FILM_SIZE * share)
    ring[width:-width, width:-width] = False
    return ring


def _corners() -> Mask:
    mask = np.zeros((FILM_SIZE, FILM_SIZE), np.bool_)
    for y, x in CORNERS:
        mask[y, x] = True
    return mask


def covered(mask: Mask) -> Change:
    """Paints the masked part in the mean of the rest, so that nothing of the masked part shows."""

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

# Changes after which no film looks like a frontal chest film: the novelty should find them.
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
        "shortcuts": auc_per_source(train, read_pixels(data, train), val, pixels),
        "sizes": {"films": len(fixtures), **auc_of_size(data, fixtures)} if fixtures else None,
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
        patients = patients_of(films, source)
        for name, p in scores.items():
            figures[name]["auc_ci95"] = auc_interval(p[here], truth_of(films)[here], patients)
    return found


def _unlike(model: Model, films: list[Film], pixels: Pixels) -> dict[str, dict[str, float]] | None:
    """The share of films above the novelty's threshold, for each change and source; None for a model without a
    novelty."""
    found: dict[str, dict[str, float]] = {}
    for name, change in {UNCHANGED: lambda pixels: pixels, **UNLIKE}.items():
        figures = novelty_per_source(model.card, films, model.novelty(np.ascontiguousarray(change(pixels))))
        if figures is None:
            return None
        found[name] = {source: f["above"] for source, f in figures["sources"].items()}
    return found


def _letterboxed(model: Model, data: Path, films: list[Film]) -> dict[str, Any]:
    """Figures on original films: stretched, as they are served, and with black bars instead. The model was trained on
    most of these films, so only the difference counts."""
    stretched, boxed = no_pixels(len(films)), no_pixels(len(films))
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            grey = image.convert("L")
        stretched[index, :, :, 0] = np.asarray(stretch(grey))
        scale = FILM_SIZE / max(grey.size)
        small = grey.resize((round(grey.width * scale), round(grey.height * scale)), Image.Resampling.BILINEAR)
        whole = Image.new("L", (FILM_SIZE, FILM_SIZE))
        whole.paste(small, ((FILM_SIZE - small.width) // 2, (FILM_SIZE - small.height) // 2))
        boxed[index, :, :, 0] = np.asarray(whole)
    scores = {UNCHANGED: model.score(stretched), "letterboxed": model.score(boxed)}
    return {"films": len(films)} | costs([replace(f, source="originals") for f in films], scores, model.thresholds)
