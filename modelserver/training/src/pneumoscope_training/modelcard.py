"""docs/model-card.md: its prose is written by hand, its figures are filled in from JSON, between marks.

A block begins with `<!-- figures: NAME -->` and ends with `<!-- end -->`; what lies between is replaced.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .figures import read
from .operating_points import BALANCED
from .perturb import UNCHANGED
from .summary import number

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


def fill(page: str, figures: Figures) -> str:
    def block(match: re.Match[str]) -> str:
        if match[2] not in BLOCKS:
            raise StaleError(f"no figures are called {match[2]!r}, only {', '.join(BLOCKS)}")
        return match[1] + "\n" + BLOCKS[match[2]](figures) + "\n\n" + match[3]

    return BLOCK.sub(block, page)


def update(file: Path, folder: Path, check: bool) -> bool:
    """Fills the page; with `check`, only refuses one that is not filled. Says whether it changed."""
    page = file.read_text()
    filled = fill(page, load(folder))
    if page != filled:
        if check:
            raise StaleError(f"{file} has other figures than {folder}: fill it with `make model-card`")
        file.write_text(filled)
    return page != filled


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _signed(value: float | None, interval: list[float] | None) -> str:
    if value is None or interval is None:
        return "-"
    return f"{value:+.3f} ({interval[0]:+.3f} to {interval[1]:+.3f})"


def _model(figures: Figures) -> str:
    found = figures["evaluation"]
    through = f"scored through {found['through']}"
    if found["server"]:
        through += f", which differed from the SavedModel by {found['server']['largest_difference']:.0e} at most"
    seen = found["also_in_training"]
    return (
        f"Model `{found['model']}`, split `{found['split']}`, {through}. "
        f"{'-' if seen is None else seen} of these films are among the training films. By `make evaluate`."
    )


def _sources(figures: Figures) -> str:
    rows = []
    for source, f in figures["evaluation"]["sources"].items():
        thumbnail = f["thumbnail"]
        over = str(f["patients"]) if f["patients"] else "no keys"
        auc, bare = number(f["auc"], f["auc_ci95"]), number(thumbnail["auc"], thumbnail["auc_ci95"])
        share = f["positives"] / f["films"]
        errors = [number(f["ece"]), f"{number(f['brier'])} ({number(share * (1 - share))})"]
        gain = _signed(thumbnail["gain"], thumbnail["gain_ci95"])
        rows.append([source, str(f["films"]), str(f["positives"]), over, auc, bare, gain, *errors])
    head = ["AUC", "of a 16x16 thumbnail", "network's less thumbnail's", "ECE", "Brier (of a constant)"]
    return _table(["source", "films", "positive", "patients", *head], rows)


def _points(figures: Figures) -> str:
    rows = []
    for source, f in figures["evaluation"]["sources"].items():
        for name, point in f["points"].items():
            shares = [number(point[k], point[f"{k}_ci95"]) for k in ("sensitivity", "specificity")]
            counts = " / ".join(str(point["confusion"][k]) for k in ("tp", "fn", "tn", "fp"))
            rows.append([source, name, f"{point['threshold']:.4f}", *shares, counts])
    return _table(["source", "point", "threshold", "sensitivity", "specificity", "TP / FN / TN / FP"], rows)


def _three_way(figures: Figures) -> str:
    found = figures["evaluation"].get("three_way")
    if not found:
        return "This model gives no three-way answer."
    names = ("pneumonia", "normal", "unsure")
    rows = []
    for source, f in found["sources"].items():
        by_card = f["by_the_card"] or dict.fromkeys(names)
        rows.append([source, *(number(f[name]) for name in names), " / ".join(number(by_card[name]) for name in names)])
    head = [
        "source",
        "pneumonia not called normal",
        "normal not called pneumonia",
        "unsure",
        "the same three in `card.json`",
    ]
    return (
        f"Normal below {found['normal_below']:.4f}, pneumonia above {found['pneumonia_above']:.4f}, unsure between; "
        f"nominal coverage {found['nominal']:.0%} for each label, fitted on {found['fitted_on']}.\n\n"
        + _table(head, rows)
    )


def _novelty(figures: Figures) -> str:
    found = figures["evaluation"].get("novelty")
    if not found:
        return "This model says nothing of it."
    rows = [[source, number(f["median"]), number(f["above"])] for source, f in found["sources"].items()]
    return f"Threshold {found['threshold']:.3f}.\n\n" + _table(
        ["source", "median novelty", "share above the threshold"], rows
    )


def _unlike(figures: Figures) -> str:
    found = figures["audit"]["unlike"]
    if not found:
        return "This model says nothing of it."
    rows = [[name, *(number(share) for share in sources.values())] for name, sources in found.items()]
    return _table(["films", *next(iter(found.values()))], rows)


def _loss(point: dict[str, Any], name: str) -> str:
    value, cost = point[name], point.get(f"{name}_cost")
    return number(value) if cost is None else f"{number(value)} ({-cost + 0.0:+.3f})"


def _changes(sources: dict[str, Any]) -> str:
    names = list(next(iter(sources.values())))
    rows = []
    for name in names:
        row = [name]
        for found in sources.values():
            point = found[name]["points"][BALANCED]
            row += [number(found[name]["auc"]), f"{_loss(point, 'sensitivity')} / {_loss(point, 'specificity')}"]
        rows.append(row)
    head = [cell for source in sources for cell in (f"{source}: AUC", "sens / spec")]
    return _table(["films", *head], rows)


def _perturbed(figures: Figures) -> str:
    return _changes(figures["perturbed"]["sources"])


def _changed(figures: Figures) -> str:
    return _changes(figures["audit"]["changed"])


def _border(figures: Figures) -> str:
    rows = [
        [name, *(number(f[name]["auc"], f[name]["auc_ci95"]) for f in figures["audit"]["changed"].values())]
        for name in next(iter(figures["audit"]["changed"].values()))
        if name == UNCHANGED or name.startswith("only")
    ]
    return _table(["films", *(f"{source}: AUC" for source in figures["audit"]["changed"])], rows)


def _letterboxed(figures: Figures) -> str:
    found = figures["audit"]["letterboxed"]
    if not found:
        return "No films at full size were at hand."
    return f"{found['films']} films at full size, most of them trained on:\n\n" + _changes(
        {"originals": found["originals"]}
    )


def _shortcuts(figures: Figures) -> str:
    found = figures["audit"]["shortcuts"]
    sources = sorted({source for earned in found.values() for source in earned})
    rows = [
        [name, *(number(f[s]["auc"], f[s]["auc_ci95"]) if s in f else "-" for s in sources)]
        for name, f in found.items()
    ]
    text = _table(["features", *sources], rows)
    sizes = figures["audit"]["sizes"]
    if sizes:
        rows = [[name, number(f["auc"], f["auc_ci95"])] for name, f in sizes.items() if name != "films"]
        text += f"\n\nOf the {sizes['films']} films at full size, cross-validated over patients:\n\n"
        text += _table(["features", "AUC"], rows)
    return text


def _maps(figures: Figures) -> str:
    found = figures["audit"]["maps"]
    columns = {
        "agreement_with_occlusion": "agreement with occlusion",
        "random_weights_agreement_with_occlusion": "the same, of shuffled weights",
        "random_weights_likeness": "likeness to the map of shuffled weights",
        "outside_lungs": "share outside the lungs",
    }
    rows = [
        [source, str(f["films"]), *(number(f[column]) for column in columns)] for source, f in found["sources"].items()
    ]
    box = found["lungs"]
    return (
        _table(["source", "films", *columns.values()], rows)
        + f"\n\n{found['cells'][0]}x{found['cells'][1]} cells. The lungs' box reaches from {box['left']:.0%} to "
        f"{box['right']:.0%} of the width and from {box['top']:.0%} to {box['bottom']:.0%} of the height; an even map "
        f"would have {number(found['outside_lungs_if_even'])} of itself outside."
    )


def _leaks(figures: Figures) -> str:
    found = figures["audit"]["leaks"]
    rows = [[kind, str(count)] for kind, count in found["leaks"].items()]
    text = f"{found['films']} films, {found['without_patient_key']} of them without a patient key.\n\n"
    text += _table(["in two splits, or under two labels", "found"], rows)
    look = [
        [f"`{leak['first']}`", f"`{leak['second']}`", leak["between"], number(leak["alike"])]
        for leak in found["worth_a_look"]
    ]
    if look:
        text += f"\n\nBelow the threshold of {found['threshold']}, worth a look: perhaps one patient under two keys."
        text += "\n\n"
        text += _table(["film", "film", "between", "likeness"], look)
    suspects = figures["evaluation"].get("perhaps_in_training") or {}
    without = [
        f"{source} {f['auc_without']:.4f} instead of {figures['evaluation']['sources'][source]['auc']:.4f}"
        for source, f in suspects.items()
        if f["auc_without"] is not None
    ]
    if without:
        text += f"\n\nAUC without the validation films among them (`make evaluate`): {', '.join(without)}."
    return text


BLOCKS: dict[str, Callable[[Figures], str]] = {
    "model": _model,
    "sources": _sources,
    "points": _points,
    "three_way": _three_way,
    "novelty": _novelty,
    "unlike": _unlike,
    "perturbed": _perturbed,
    "shortcuts": _shortcuts,
    "border": _border,
    "changed": _changed,
    "letterboxed": _letterboxed,
    "maps": _maps,
    "leaks": _leaks,
}
