"""Plots for the run's page in MLflow: the course of the training, and the effect of the calibration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..arrays import Numbers, Truth


def curve(losses: Sequence[float], points: int = 200) -> list[tuple[int, float]]:
    """Divides the steps into equal spans; returns the last step and the mean loss of each span."""
    span = max(1, len(losses) // points)
    return [(end, float(np.mean(losses[end - span : end]))) for end in range(span, len(losses) + 1, span)]


def learning(losses: Sequence[float], history: Sequence[dict[str, float]]) -> Figure:
    """The loss of the batches, and the AUC and log loss of each source after each epoch."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    loss, area, log_loss = figure.subplots(1, 3)
    loss.plot(*zip(*curve(losses), strict=True))
    loss.set(title="loss of the batches", xlabel="step")
    for axes, ending, title in ((area, "_auc", "AUC on validation"), (log_loss, "_log_loss", "log loss on validation")):
        for name in sorted({name for figures in history for name in figures if name.endswith(ending)}):
            points = [(figures["step"], figures[name]) for figures in history if name in figures]
            axes.plot(*zip(*points, strict=True), label=name.removesuffix(ending))
        axes.set(title=title, xlabel="step")
        if history:
            axes.legend()
    return figure


def reliability(probability: dict[str, Numbers], truth: Truth, of_source: dict[str, Any], bins: int = 10) -> Figure:
    """The share of pneumonia among films of similar probability, for each source, before and after calibration."""
    sources = list(of_source)
    figure = Figure(figsize=(3.6 * len(sources), 3.6), layout="constrained")
    for axes, source in zip(figure.subplots(1, len(sources), squeeze=False)[0], sources, strict=True):
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
        for name, values in probability.items():
            p, t = values[of_source[source]], truth[of_source[source]]
            bin_of = np.minimum((p * bins).astype(int), bins - 1)
            present = np.unique(bin_of)
            axes.plot(
                [p[bin_of == b].mean() for b in present], [t[bin_of == b].mean() for b in present], "o-", label=name
            )
        axes.set(title=source, xlabel="probability", ylabel="share of pneumonia", xlim=(0, 1), ylim=(0, 1))
        axes.legend()
    return figure
