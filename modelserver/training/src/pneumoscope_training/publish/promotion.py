"""Promotion: the alias moves to a candidate only if the candidate is surely better where the champion is weak.

The rule uses the validation films, and for each model its own stored threshold of the balanced operating point:

- A source's figure is the mean of sensitivity and specificity, or the only one of the two that it has. Its floor is the
  lowest figure over the unchanged films and every perturbation of `make evaluate-perturbed`.
- No source may be surely worse: neither its floor nor its AUC may fall with a 95 % interval entirely below 0.
- The worst source's floor must not be lower than the champion's.
- At least one source's floor must be surely higher: its interval entirely above 0.

Intervals are by bootstrap over patients, with the same draws for both models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from mlflow.tracking import MlflowClient

from ..arrays import Counts, Numbers, Truth
from ..data import leaks
from ..data.manifest import Film, from_source, of_split, patients_of, read_manifest, sources_of, truth_of
from ..data.pixels import read_pixels
from ..judge.auc import weighted_area
from ..judge.intervals import Interval, patients_drawn, percentiles
from ..judge.logged_model import open_model
from ..judge.operating_points import BALANCED
from ..judge.perturbations import UNCHANGED, score_all
from ..judge.terminal_tables import number
from ..mlflow_store import in_store
from .portable_store import make_portable


class NotBetterError(ValueError):
    """The candidate is not promoted."""


@dataclass(frozen=True)
class Scored:
    """A model's probabilities and its threshold."""

    scores: dict[str, Numbers]  # of the unchanged films and of each perturbation
    threshold: float


@dataclass(frozen=True)
class Comparison:
    source: str
    figure: str  # floor or AUC
    champion: float
    candidate: float
    gain_ci95: Interval

    @property
    def surely_worse(self) -> bool:
        return self.gain_ci95[1] < 0

    @property
    def surely_better(self) -> bool:
        return self.gain_ci95[0] > 0


def promote(mlruns: Path, data: Path, model: str, alias: str, version: str | None) -> str:
    """Moves the alias to a version (None: the newest) and returns a report. Raises NotBetterError, with the comparison,
    and changes nothing, if the version is not better."""
    with in_store(mlruns):
        client = MlflowClient()
        versions = [str(found.version) for found in client.search_model_versions(f"name='{model}'")]
        champion = client.get_registered_model(model).aliases.get(alias)
    candidate = version or max(versions, key=int)
    if candidate not in versions:
        raise NotBetterError(f"{model} has no version {candidate}, only {', '.join(sorted(versions, key=int))}")
    if champion is not None and candidate == str(champion):
        raise NotBetterError(f"version {candidate} of {model} is the {alias} already")
    text = "there was no champion to compare it with"
    if champion is not None:
        every = read_manifest(data)
        leaks.check(data, every)
        films = of_split(every, "val")
        pixels = read_pixels(data, films)
        scored = []
        for name in (str(champion), candidate):
            opened = open_model(mlruns, f"models:/{model}/{name}")
            scored.append(Scored(score_all(opened.score, pixels), opened.thresholds[BALANCED]))
        comparisons = compare(films, *scored)
        text = comparison_table(comparisons)
        if reason := why_not(comparisons):
            raise NotBetterError(f"version {candidate} is not promoted over version {champion}: {reason}\n{text}")
    with in_store(mlruns):
        client.set_registered_model_alias(model, alias, candidate)
    make_portable(mlruns)
    return f"version {candidate} of {model} is the {alias} now\n{text}"


def compare(films: Sequence[Film], champion: Scored, candidate: Scored) -> list[Comparison]:
    found = []
    truth = truth_of(films)
    for source in sources_of(films):
        here = from_source(films, source)
        t = truth[here]
        times = patients_drawn(patients_of(films, source))
        once = np.ones((1, len(t)), np.int64)
        floors, areas = [], []
        for model in (champion, candidate):
            scores = {name: p[here] for name, p in model.scores.items()}
            floors.append([floor(scores, t, model.threshold, w) for w in (once, times)])
            areas.append([_areas(scores[UNCHANGED], t, w) for w in (once, times)])
        for name, (old, new) in (("floor", floors), ("AUC", areas)):
            gain = new[1] - old[1]
            gain = gain[~np.isnan(gain)]
            if len(gain):
                found.append(Comparison(source, name, float(old[0][0]), float(new[0][0]), percentiles(gain)))
    return found


def floor(scores: dict[str, Numbers], truth: Truth, threshold: float, times: Counts) -> npt.NDArray[np.float64]:
    """The lowest figure over all perturbations, for each draw of films; NaN where a label was not drawn."""
    labels = [label for label in (truth, ~truth) if label.any()]
    figures = []
    for probability in scores.values():
        right = ((probability >= threshold) == truth).astype(np.float64)
        with np.errstate(invalid="ignore"):
            shares = [times[:, label] @ right[label] / times[:, label].sum(1) for label in labels]
        figures.append(np.mean(shares, axis=0))
    return np.asarray(np.min(figures, axis=0), np.float64)


def why_not(comparisons: Sequence[Comparison]) -> str | None:
    """The first part of the rule that the candidate breaks; None if it meets the whole rule."""
    worse = [c for c in comparisons if c.surely_worse]
    if worse:
        return "surely worse: " + ", ".join(f"{c.figure} of {c.source}" for c in worse)
    floors = [c for c in comparisons if c.figure == "floor"]
    old, new = min(c.champion for c in floors), min(c.candidate for c in floors)
    if new < old:
        return f"the worst source's floor falls from {old:.3f} to {new:.3f}"
    if not any(c.surely_better for c in floors):
        return "no source's floor is surely better"
    return None


def comparison_table(comparisons: Sequence[Comparison]) -> str:
    rows = [f"{'source':<12}{'figure':<8}{'champion':<10}{'candidate':<11}gain (95 %)"]
    rows += [
        f"{c.source:<12}{c.figure:<8}{number(c.champion):<10}{number(c.candidate):<11}"
        f"{c.candidate - c.champion:+.3f} ({c.gain_ci95[0]:+.3f} to {c.gain_ci95[1]:+.3f})"
        for c in comparisons
    ]
    return "\n".join(rows)


def _areas(probability: Numbers, truth: Truth, times: Counts) -> npt.NDArray[np.float64]:
    areas = [weighted_area(probability, truth, w) for w in times]
    return np.array([np.nan if area is None else area for area in areas])
