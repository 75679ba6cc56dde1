"""The time that a training takes, and its lines of progress."""

import logging
import time

import numpy as np

from ..config import Recipe
from .state import TrainingState

PROGRESS_SECONDS = 20.0
MAX_STEP_SECONDS = 30.0  # a longer pause means that the process was suspended: it does not count as training time

log = logging.getLogger(__name__)


class Progress:
    def __init__(self, recipe: Recipe, state: TrainingState):
        self.recipe, self.state = recipe, state
        self.now = self.reported = time.monotonic()
        self.cores = time.process_time()
        self.reported_step = state.step

    def after_step(self, last: bool) -> None:
        """Adds the time since the last call to the state, and logs a line now and then and after the last step."""
        now, cores = time.monotonic(), time.process_time()
        self.state.seconds += min(now - self.now, MAX_STEP_SECONDS)
        self.state.core_seconds += cores - self.cores
        self.now, self.cores = now, cores
        if last or now - self.reported >= PROGRESS_SECONDS:
            self._report(self.state.step - self.reported_step, now - self.reported)
            self.reported, self.reported_step = now, self.state.step

    def _report(self, steps: int, seconds: float) -> None:
        rate = 2 * steps * self.recipe.films / max(seconds, 1e-9)  # of all workers
        hours, minutes = divmod(round(self._views_left() / max(rate, 1e-9) / 60), 60)
        log.info(
            "step %d/%d  %.0f views/s  loss %.4f  about %d h %02d min left",
            self.state.step,
            self.recipe.steps,
            rate,
            float(np.mean(self.state.losses[-max(steps, 1) :])),
            hours,
            minutes,
        )

    def _views_left(self) -> float:
        """The remaining views. A view of another size counts by its number of pixels, relative to the present size."""
        recipe, step = self.recipe, self.state.step
        present = recipe.size_at(max(step - 1, 0))
        return sum((recipe.size_at(s) / present) ** 2 for s in range(step, recipe.steps)) * 2 * recipe.films
