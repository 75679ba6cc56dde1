"""Every setting of a training run, and the names that the rest of the package shares."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

FILM_SIZE = 224  # pixels on a side, of the stored films and of the model's input

MODEL = "pneumonia"  # the registered model in MLflow
ALIAS = "champion"
# The only source with many reliable labels of both kinds: calibration, operating points and the three-way answer are
# fitted on it alone.
REFERENCE = "kermany"

Group = tuple[str, str]  # source, label


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights. A run may be resumed only with the same recipe, on the same data."""

    steps: int = 15_000
    films: int = 32  # in each step; each is seen in two views
    seed: int = 1
    limit_films: int | None = None  # the maximum number of films of each split, for quick checks

    # Share of the steps at each input size. Small films come first because they are cheap. The last stage has exactly
    # the serving size, because the logit depends on the scale of the structures.
    stages: tuple[tuple[int, float], ...] = ((112, 0.25), (160, 0.35), (FILM_SIZE, 0.40))

    # Share of each batch. Of the adult films (rsna, nih), one in four in a batch shows pneumonia; on disk it is one in
    # fifty. With so few, the network could answer from age alone. A larger share would repeat the 162 nih films with
    # pneumonia, whose labels are noisy, too often.
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
    style_mixing: float = 0.5  # share of the films whose feature contrast is mixed with another film's
    average_steps: int = 400  # span of the moving average of the weights
    label_smoothing: float = 0.02
    noisy_label_smoothing: float = 0.10
    noisy_sources: tuple[str, ...] = ("nih",)  # labels mined from report text

    # One view of a film is augmented mildly, so that it is close to the served film, and the other one fully. Both must
    # get the same answer. This keeps thresholds stable when the framing changes, more than a wider augmentation does.
    mild_strength: tuple[float, float] = (0.1, 0.6)
    full_strength: tuple[float, float] = (0.7, 1.0)
    consistency: float = 1.0
    # Share of the fully augmented views that show only a ring along the border. Their target probability is 0.5:
    # the network must not decide by the surroundings of the lungs.
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
        """Input size of a step; steps are counted from 0."""
        done = 0.0
        for size, share in self.stages[:-1]:
            done += share
            if step < round(done * self.steps):
                return size
        return self.stages[-1][0]


@dataclass(frozen=True)
class Config:
    data: Path
    mlruns: Path | None  # a file store; None uses the server of MLFLOW_TRACKING_URI
    cache: Path  # for checkpoints and the trained network; it is not committed
    recipe: Recipe = field(default_factory=Recipe)
    threads: int = 0  # 0: TensorFlow's default, one for each core
