"""Everything that a training run can be told, in one place."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

FILM_SIZE = 224  # pixels on a side: what the films are stored at and what the model is served

Group = tuple[str, str]  # source, label


@dataclass(frozen=True)
class Recipe:
    """What decides the weights. A run may be resumed only under the very same recipe, on the same data."""

    steps: int = 15_000
    films: int = 32  # of each step; each is seen in two views
    seed: int = 1
    limit_films: int | None = None  # at most so many films of each split, for quick checks

    # Share of the steps at each input size. Small films first because they are cheap. The last stage is
    # exactly the serving size: the logit moves with the scale at which structures appear.
    stages: tuple[tuple[int, float], ...] = ((112, 0.25), (160, 0.35), (FILM_SIZE, 0.40))

    # Share of each batch. One adult film in four is a pneumonia here, against one in fifty on disk: else to know
    # an adult would be to know the answer. More is not to be had from 162 films with noisy labels.
    mix: tuple[tuple[Group, float], ...] = (
        (("kermany", "NORMAL"), 0.29),
        (("kermany", "PNEUMONIA"), 0.32),
        (("rsna", "NORMAL"), 0.22),
        (("nih", "NORMAL"), 0.07),
        (("nih", "PNEUMONIA"), 0.10),
    )

    learning_rate: float = 2e-3
    warmup_steps: int = 300
    final_learning_rate: float = 0.01  # as a share of the peak
    beta_2: float = 0.99
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    dropout: float = 0.2
    style_mixing: float = 0.5  # share of the films that borrow another film's contrast of features
    average_steps: int = 400  # span of the moving average of the weights
    label_smoothing: float = 0.02
    noisy_label_smoothing: float = 0.10
    noisy_sources: tuple[str, ...] = ("nih",)  # labels mined from report text

    # Of its two views a film is altered mildly in one, nearly as it is served, and fully in the other; the two
    # must get the same answer. That, not the range alone, holds the thresholds still when the framing changes.
    mild_strength: tuple[float, float] = (0.1, 0.6)
    full_strength: tuple[float, float] = (0.7, 1.0)
    consistency: float = 1.0
    # Share of the full views of which nothing but a ring along the border is left, with one half as the answer:
    # what lies around the lungs must decide nothing.
    hollow: float = 0.05

    @property
    def views_seen(self) -> int:
        return 2 * self.films * self.steps

    def as_dict(self) -> dict[str, object]:
        return dataclasses.asdict(self)

    def digest(self, data_digest: str) -> str:
        """Identifies a run that may be resumed: same recipe, same data."""
        text = json.dumps([self.as_dict(), data_digest], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def size_at(self, step: int) -> int:
        """Input size of a step, counted from 0."""
        done = 0.0
        for size, share in self.stages[:-1]:
            done += share
            if step < round(done * self.steps):
                return size
        return self.stages[-1][0]


@dataclass(frozen=True)
class Config:
    data: Path
    mlruns: Path | None  # a file store; without one MLFLOW_TRACKING_URI decides
    cache: Path  # where checkpoints go: nothing of it is committed
    recipe: Recipe = field(default_factory=Recipe)
    threads: int = 0  # 0 leaves it to TensorFlow: one for each core
