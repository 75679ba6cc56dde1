"""Operating points: thresholds chosen by a stated rule on the validation films of one source."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..arrays import Numbers, Truth

TARGET = 0.98

SCREENING, BALANCED, CONFIRMING = "screening", "balanced", "confirming"


@dataclass(frozen=True)
class OperatingPoint:
    """A film is positive if its probability is at least the threshold."""

    name: str
    threshold: float
    rule: str


def choose_operating_points(probability: Numbers, truth: Truth, where: str) -> list[OperatingPoint]:
    """Screening, balanced and confirming, in ascending order of their thresholds.

    If a network reaches both targets over a range of thresholds, the rules alone would put screening above confirming.
    Screening is then lowered, or confirming raised, to the balanced threshold: both targets still hold.
    """
    thresholds = _between_neighbours(probability)
    sensitivity = np.array([(probability[truth] >= t).mean() for t in thresholds])
    specificity = np.array([(probability[~truth] < t).mean() for t in thresholds])

    balanced = float(thresholds[np.argmax(sensitivity + specificity)])
    screening = float(thresholds[sensitivity >= TARGET].max())
    confirming = float(thresholds[specificity >= TARGET].min())

    screening_rule = f"The highest threshold with a sensitivity of at least {TARGET:.0%} on {where}"
    if screening > balanced:
        screening, screening_rule = balanced, screening_rule + ", lowered to the balanced threshold"
    confirming_rule = f"The lowest threshold with a specificity of at least {TARGET:.0%} on {where}"
    if confirming < balanced:
        confirming, confirming_rule = balanced, confirming_rule + ", raised to the balanced threshold"
    return [
        OperatingPoint(SCREENING, screening, screening_rule + "."),
        OperatingPoint(
            BALANCED,
            balanced,
            f"The threshold with the highest sum of sensitivity and specificity (Youden) on {where}.",
        ),
        OperatingPoint(CONFIRMING, confirming, confirming_rule + "."),
    ]


def default_point(points: Iterable[str]) -> str:
    """The point to show where there is room for only one: balanced, or the first if a model has no balanced point."""
    names = list(points)
    return BALANCED if BALANCED in names else names[0]


def confusion(probability: Numbers, truth: Truth, threshold: float) -> dict[str, int]:
    called = probability >= threshold
    return {
        "tp": int((called & truth).sum()),
        "fn": int((~called & truth).sum()),
        "tn": int((~called & ~truth).sum()),
        "fp": int((called & ~truth).sum()),
    }


def _between_neighbours(probability: Numbers) -> npt.NDArray[np.float64]:
    """Candidate thresholds: midway between neighbouring probabilities, so that rounding moves no film across, and one
    below and one above all films, so that both targets can always be reached."""
    values = np.unique(np.asarray(probability, np.float64))
    middles = (values[:-1] + values[1:]) / 2
    return np.concatenate([[values[0] / 2], middles, [np.nextafter(values[-1], 2.0)]])
