"""The pixels of films, as one grey channel of 8 bits."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ..arrays import Pixels
from ..config import FILM_SIZE
from .manifest import Film


def no_pixels(films: int) -> Pixels:
    """An empty array for the pixels of this number of films."""
    return np.empty((films, FILM_SIZE, FILM_SIZE, 1), np.uint8)


def read_pixels(data: Path, films: Sequence[Film]) -> Pixels:
    """Decodes every film to one grey channel. Everything else about a file (its size in bytes, its channels, its
    metadata) is left out, because in this data these facts alone separate the classes."""
    pixels = no_pixels(len(films))
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            _check_size(film, image)
            pixels[index, :, :, 0] = np.asarray(image.convert("L"))
    return pixels


def read_stretched(data: Path, films: Sequence[Film]) -> tuple[Pixels, int]:
    """The pixels, and the number of films of another size, which are stretched as the training films were."""
    pixels = no_pixels(len(films))
    stretched = 0
    for index, film in enumerate(films):
        with Image.open(data / film.file) as image:
            grey = image.convert("L")
        if grey.size != (FILM_SIZE, FILM_SIZE):
            stretched += 1
            grey = stretch(grey)
        pixels[index, :, :, 0] = np.asarray(grey)
    return pixels, stretched


def stretch(grey: Image.Image) -> Image.Image:
    return grey.resize((FILM_SIZE, FILM_SIZE), Image.Resampling.BILINEAR)


def check_sizes(data: Path, films: Sequence[Film]) -> None:
    """Refuses a film of the wrong size before the training, not hours into it."""
    for film in films:
        with Image.open(data / film.file) as image:
            _check_size(film, image)


def _check_size(film: Film, image: Image.Image) -> None:
    if image.size != (FILM_SIZE, FILM_SIZE):
        width, height = image.size
        raise ValueError(f"{film.file}: {width}x{height} pixels instead of {FILM_SIZE}x{FILM_SIZE}")
