"""95 % intervals: Wilson's for shares, bootstrap over patients for everything else."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ..arrays import Counts

Interval = tuple[float, float]

DRAWS = 1000
Z = 1.959964  # two-sided 95 %


def wilson(successes: int, trials: int) -> Interval | None:
    """The interval of a share. It is correct near 0 and 1 too: 50 of 50 is not certainty."""
    if not trials:
        return None
    share = successes / trials
    centre = share + Z**2 / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    scale = 1 + Z**2 / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def patients_drawn(patients: Sequence[str], seed: int = 0, draws: int = DRAWS) -> Counts:
    """How often each film is drawn, [draws, films], when patients are drawn with replacement.

    Patients are drawn, not films, because films of one patient are alike. A film without a key counts as a patient of
    its own; intervals are too narrow where such films share a patient.
    """
    films_of: dict[str, list[int]] = defaultdict(list)
    for index, patient in enumerate(patients):
        films_of[patient or f"film {index}"].append(index)
    patient_of = np.empty(len(patients), np.int64)
    for number, indices in enumerate(films_of.values()):
        patient_of[indices] = number
    times = np.random.default_rng(seed).multinomial(len(films_of), np.full(len(films_of), 1 / len(films_of)), draws)
    return np.asarray(times[:, patient_of], np.int64)


def bootstrap(
    figure: Callable[[Counts], float | None], patients: Sequence[str], seed: int = 0, draws: int = DRAWS
) -> Interval | None:
    """Percentile interval of a figure, which gets the number of times that each film was drawn."""
    values = [value for times in patients_drawn(patients, seed, draws) if (value := figure(times)) is not None]
    return percentiles(values) if values else None


def percentiles(values: Sequence[float] | npt.NDArray[np.float64]) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
