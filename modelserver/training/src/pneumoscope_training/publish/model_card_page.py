"""docs/model-card.md: its prose is written by hand; its figures are filled in from JSON files.

A block begins with `<!-- figures: NAME -->` and ends with `<!-- end -->`. The text between them is replaced by the
template templates/model_card/NAME.md.jinja.
"""

import re
from pathlib import Path
from typing import Any

import jinja2

from ..judge.figures_json import read
from ..judge.operating_points import BALANCED
from ..judge.perturbations import UNCHANGED
from ..judge.terminal_tables import number

FILES = ("evaluation", "perturbed", "audit")

Figures = dict[str, dict[str, Any]]

BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


class StaleError(ValueError):
    """The page and the figures do not belong together."""


def load(folder: Path) -> Figures:
    figures = {name: read(folder / f"{name}.json") for name in FILES}
    models = {name: found["model"] for name, found in figures.items()}
    if len(set(models.values())) > 1:
        raise StaleError(
            f"{folder}: figures of different models ({', '.join(f'{n}: {m}' for n, m in models.items())}): "
            "measure them again with `make figures`"
        )
    return figures


def update(file: Path, folder: Path, check: bool) -> bool:
    """Fills the page and returns whether it changed; with `check`, only raises StaleError if it would change."""
    page = file.read_text()
    filled = fill(page, load(folder))
    if page != filled:
        if check:
            raise StaleError(f"{file} has other figures than {folder}: fill it with `make model-card`")
        file.write_text(filled)
    return page != filled


def fill(page: str, figures: Figures) -> str:
    def block(match: re.Match[str]) -> str:
        if match[2] not in BLOCKS:
            raise StaleError(f"no figures are called {match[2]!r}, only {', '.join(BLOCKS)}")
        template = TEMPLATES.get_template(f"{match[2]}{ENDING}")
        return match[1] + "\n" + template.render(figures).strip("\n") + "\n\n" + match[3]

    return BLOCK.sub(block, page)


def _difference(value: float | None, interval: list[float] | None) -> str:
    if value is None or interval is None:
        return "-"
    return f"{value:+.3f} ({interval[0]:+.3f} to {interval[1]:+.3f})"


def _with_change(point: dict[str, Any], name: str) -> str:
    """A figure of an operating point, with its change by a perturbation in brackets."""
    value, cost = point[name], point.get(f"{name}_cost")
    return number(value) if cost is None else f"{number(value)} ({-cost + 0.0:+.3f})"


def _with_interval(figures: dict[str, Any], name: str) -> str:
    return number(figures[name], figures[f"{name}_ci95"])


ENDING = ".md.jinja"
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "templates/model_card"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"BALANCED": BALANCED, "UNCHANGED": UNCHANGED}
TEMPLATES.filters |= {
    "number": number,
    "with_interval": _with_interval,
    "difference": _difference,
    "with_change": _with_change,
}
BLOCKS = [name.removesuffix(ENDING) for name in TEMPLATES.list_templates() if not name.startswith("_")]
