"""Everything that a training run can be told, in one place."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

FILM_SIZE = 224  # pixels on a side: what the films are stored at and what the model is served

Group = tuple[str, str]  # source, label


@dataclass(frozen=True)
class Config:
    data: Path
    mlruns: Path
    cache: Path  # where checkpoints go: outside the repository
    steps: int = 5000
    batch: int = 32
    seed: int = 1
    limit_films: int | None = None  # at most so many films of each split, for quick checks

    # Share of the steps at each input size. Small films first because they are cheap. The last stage is
    # exactly the serving size: the logit moves with the scale at which structures appear.
    stages: tuple[tuple[int, float], ...] = ((112, 0.45), (160, 0.30), (FILM_SIZE, 0.25))

    # Share of each batch. Adult normals teach that not every adult film is special, noisy labels weigh little.
    mix: tuple[tuple[Group, float], ...] = (
        (("kermany", "NORMAL"), 0.30),
        (("kermany", "PNEUMONIA"), 0.34),
        (("rsna", "NORMAL"), 0.26),
        (("nih", "NORMAL"), 0.05),
        (("nih", "PNEUMONIA"), 0.05),
    )

    learning_rate: float = 2e-3
    warmup_steps: int = 300
    final_learning_rate: float = 0.01  # as a share of the peak
    beta_2: float = 0.99
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    dropout: float = 0.2
    average_steps: int = 500  # span of the moving average of the weights
    label_smoothing: float = 0.02
    noisy_label_smoothing: float = 0.10
    noisy_sources: tuple[str, ...] = ("nih",)  # labels mined from report text
    full_augmentation: float = 0.6  # share of the steps at full strength
    late_augmentation: float = 0.6  # strength after that

    @property
    def films_seen(self) -> int:
        return self.steps * self.batch

    def recipe(self) -> dict[str, object]:
        """What decides the result: everything but places on this machine."""
        fields = dataclasses.asdict(self)
        return {name: value for name, value in fields.items() if name not in ("data", "mlruns", "cache")}

    def digest(self, data_digest: str) -> str:
        """Identifies a run that may be resumed: same recipe, same data."""
        text = json.dumps([self.recipe(), data_digest], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def size_at(self, step: int) -> int:
        """Input size of a step, counted from 0."""
        done = 0.0
        for size, share in self.stages[:-1]:
            done += share
            if step < round(done * self.steps):
                return size
        return self.stages[-1][0]

    def augmentation_at(self, step: int) -> float:
        return 1.0 if step < self.full_augmentation * self.steps else self.late_augmentation
