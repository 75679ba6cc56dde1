"""A folder of drawn pictures with the layout of the real data: no test needs a real film."""

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pneumoscope_training.config import FILM_SIZE
from pneumoscope_training.data.manifest import Film
from pneumoscope_training.train.determinism import make_deterministic

make_deterministic()  # before any test uses TensorFlow

GROUPS = (
    ("kermany", "NORMAL"),
    ("kermany", "PNEUMONIA"),
    ("rsna", "NORMAL"),
    ("nih", "NORMAL"),
    ("nih", "PNEUMONIA"),
)


@pytest.fixture
def film() -> Callable[..., Film]:
    def make(
        source: str = "kermany", label: str = "NORMAL", split: str = "train", patient: str = "", sha256: str = ""
    ) -> Film:
        return Film(f"{source}/{label}/x.jpeg", label, source, split, patient, sha256)

    return make


@dataclass
class Drawing:
    """Two dark lungs, with a bright haze over one of them if positive. Each picture has a random background, because
    pictures that are too similar count as copies."""

    random: np.random.Generator

    def picture(self, positive: bool) -> Image.Image:
        y, x = np.mgrid[0:FILM_SIZE, 0:FILM_SIZE] / (FILM_SIZE - 1)
        grey = np.full((FILM_SIZE, FILM_SIZE), 170.0)
        for centre in (0.3, 0.7):
            grey[((x - centre) / 0.16) ** 2 + ((y - 0.45) / 0.32) ** 2 < 1] = 60
        if positive:
            grey += 110 * np.exp(-(((x - 0.3) / 0.1) ** 2) - ((y - 0.55) / 0.12) ** 2)
        background = Image.fromarray(self.random.normal(0, 25, (24, 24)).astype(np.float32)).resize(grey.shape)
        grey += np.asarray(background)
        return Image.fromarray(np.clip(grey + self.random.normal(0, 12, grey.shape), 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def drawn_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    drawing = Drawing(np.random.default_rng(3))
    rows = []
    for source, label in GROUPS:
        (data / source / label).mkdir(parents=True)
        for split, number in (("train", 12), ("val", 6)):
            for index in range(number):
                file = f"{source}/{label}/{split}{index}.jpeg"
                drawing.picture(label == "PNEUMONIA").save(data / file)
                digest = hashlib.sha256((data / file).read_bytes()).hexdigest()
                patient = "unknown" if source == "rsna" else f"{label}-{split}-{index // 2}"
                rows.append([file, label, source, split, patient, digest, "drawn"])
    # Fixtures are original films of validation patients, and must not be read.
    rows.append(["originals/NORMAL/a.jpeg", "NORMAL", "originals", "fixture", "NORMAL-val-0", "0" * 64, "drawn"])
    with (data / "manifest.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "label", "source", "split", "patient", "sha256", "licence"])
        writer.writerows(rows)
    return data
