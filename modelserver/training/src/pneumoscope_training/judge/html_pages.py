"""The pages of an evaluation: figures with plots, and a gallery of errors. Each is one self-contained file."""

import base64
import io
from pathlib import Path
from typing import Any

import jinja2
import matplotlib
import numpy as np
from PIL import Image

from ..arrays import Numbers, Pixels, Truth
from ..config import FILM_SIZE
from ..data.manifest import Film
from .evaluation import Evaluation
from .logged_model import Model
from .operating_points import default_point

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pneumoscope", "font.size": 9})

import matplotlib.pyplot as plt  # noqa: E402  only after the backend is set

MAX_ERRORS_SHOWN = 24  # of a source and kind
MAP_LIMIT = 6.0  # the same for every film: scaled per film, a normal film would light up too
INK = "#010203"  # a placeholder for the page's own text colour, which depends on light and dark mode

COLOURS: Any = dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK)


def write_pages(out: Path, evaluation: Evaluation, model: Model) -> None:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, undefined=jinja2.StrictUndefined
    )
    sources = {}
    for source in evaluation.figures["sources"]:
        here = [i for i, film in enumerate(evaluation.films) if film.source == source]
        truth = np.array([evaluation.films[i].positive for i in here])
        sources[source] = plots(evaluation.probability[here], truth, evaluation.thresholds)
    page = environment.get_template("evaluation.html").render(figures=evaluation.figures, plots=sources, size=FILM_SIZE)
    (out / "report.html").write_text(page)
    errors = environment.get_template("errors.html").render(groups=_errors(evaluation, model))
    (out / "errors.html").write_text(errors)


def plots(probability: Numbers, truth: Truth, thresholds: dict[str, float]) -> str:
    """A reliability plot, and the ROC curve where both labels are present, as SVG for a page."""
    both = bool(truth.any() and not truth.all())
    with plt.rc_context(COLOURS):
        figure, axes = plt.subplots(1, 1 + both, figsize=(4 * (1 + both), 3.6), layout="constrained", squeeze=False)
        _reliability(axes[0, 0], probability, truth)
        if both:
            _roc(axes[0, 1], probability, truth, thresholds)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
    svg = text.getvalue()
    return svg[svg.index("<svg") :].replace(INK, "currentColor")


def _reliability(axes: Any, probability: Numbers, truth: Truth) -> None:
    bins = np.minimum((probability * 10).astype(int), 9)
    for b in np.unique(bins):
        here = bins == b
        axes.scatter(probability[here].mean(), truth[here].mean(), s=10 + 4 * np.sqrt(here.sum()), color="#2a9d8f")
    axes.plot([0, 1], [0, 1], color="#888888", lw=0.8)
    axes.set(title="Reliability", xlabel="mean probability", ylabel="share with pneumonia")


def _roc(axes: Any, probability: Numbers, truth: Truth, thresholds: dict[str, float]) -> None:
    cuts = np.concatenate([[np.inf], np.unique(probability)[::-1]])
    axes.plot(
        [(probability[~truth] >= cut).mean() for cut in cuts],
        [(probability[truth] >= cut).mean() for cut in cuts],
        color="#1b6ca8",
    )
    for name, cut in thresholds.items():
        x, y = (probability[~truth] >= cut).mean(), (probability[truth] >= cut).mean()
        axes.scatter([x], [y], s=18, color="#c0392b", zorder=3)
        axes.annotate(name, (x, y), textcoords="offset points", xytext=(6, -8))
    axes.set(title="ROC", xlabel="1 - specificity", ylabel="sensitivity")


def _errors(evaluation: Evaluation, model: Model) -> list[dict[str, Any]]:
    """The errors at the balanced threshold, in descending order of certainty."""
    name = default_point(evaluation.thresholds)
    threshold = evaluation.thresholds[name]
    groups = []
    for source in evaluation.figures["sources"]:
        for title, positive in (("missed", True), ("false alarm", False)):
            wrong = [
                i
                for i, film in enumerate(evaluation.films)
                if film.source == source
                and film.positive == positive
                and (evaluation.probability[i] >= threshold) != positive
            ]
            wrong.sort(key=lambda i: evaluation.probability[i] * (1 if positive else -1))
            shown = _cells(wrong[:MAX_ERRORS_SHOWN], evaluation, model)
            groups.append({"source": source, "title": title, "point": name, "number": len(wrong), "films": shown})
    return groups


def _cells(chosen: list[int], evaluation: Evaluation, model: Model) -> list[dict[str, str]]:
    if not chosen:
        return []
    pixels: Pixels = evaluation.pixels[chosen]
    films: list[Film] = [evaluation.films[i] for i in chosen]
    _, maps = model.explain(pixels)
    return [
        {
            "film": film.file,
            "probability": f"{evaluation.probability[i]:.3f}",
            "image": _data_url(Image.fromarray(picture[:, :, 0])),
            "map": _data_url(_overlay(picture[:, :, 0], activation)),
        }
        for i, film, picture, activation in zip(chosen, films, pixels, maps, strict=True)
    ]


def _overlay(film: np.ndarray[Any, Any], activation: np.ndarray[Any, Any]) -> Image.Image:
    """Red speaks for pneumonia, blue against it."""
    share = np.clip(activation / MAP_LIMIT, -1, 1)
    size = (FILM_SIZE, FILM_SIZE)
    large = np.asarray(Image.fromarray(share.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
    strength = np.abs(large)[..., None] * 0.6
    colour = np.where(large[..., None] > 0, [220, 40, 40], [40, 90, 220])
    return Image.fromarray((film[..., None] * (1 - strength) + colour * strength).astype(np.uint8))


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
