"""The results of an evaluation and an audit as text for a terminal."""

from typing import Any

from .operating_points import BALANCED, default_point


def number(value: float | None, interval: Any = None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" + (f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")


def evaluation_table(figures: dict[str, Any]) -> str:
    sources = figures["sources"]
    points = list(next(iter(sources.values()))["points"])
    rows = [["source", "films", "positive", "AUC", "thumbnail", "ECE", "Brier", *(f"{p} sens/spec" for p in points)]]
    for source, f in sources.items():
        rows.append(
            [
                source,
                str(f["films"]),
                str(f["positives"]),
                number(f["auc"], f["auc_ci95"]),
                number(f.get("thumbnail", {}).get("auc")),
                number(f["ece"]),
                number(f["brier"]),
                *(f"{number(f['points'][p]['sensitivity'])}/{number(f['points'][p]['specificity'])}" for p in points),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def answers_table(figures: dict[str, Any]) -> str:
    """The three-way answer and the novelty; empty for a model that has neither."""
    lines = []
    if rule := figures["three_way"]:
        lines.append(
            f"Not the wrong answer of three (nominal {rule['nominal']:.0%}): normal below {rule['normal_below']:.4f}, "
            f"pneumonia above {rule['pneumonia_above']:.4f}"
        )
        for source, f in rule["sources"].items():
            shares = ", ".join(f"{name} {number(f[name])}" for name in ("pneumonia", "normal", "unsure"))
            lines.append(f"  {source:<10}{shares}")
    if rule := figures["novelty"]:
        shares = ", ".join(f"{source} {number(f['above'])}" for source, f in rule["sources"].items())
        lines.append(f"Unlike the training films (novelty above {rule['threshold']:.3f}): {shares}")
    return "\n".join(lines)


def perturbed_table(sources: dict[str, dict[str, dict[str, Any]]], point: str) -> str:
    """Sensitivity and specificity at one operating point: a row per perturbation, a column per source."""

    def cell(value: float | None, cost: float | None) -> str:
        return "-" if value is None else f"{value:.3f}" + ("" if cost is None else f" ({-cost:+.3f})")

    lines = [" " * 26 + "".join(f"{source + ' sens / spec':<38}" for source in sources)]
    for name in next(iter(sources.values())):
        row = f"{name:<26}"
        for found in sources.values():
            f = found[name]["points"][point]
            pair = (cell(f[k], f.get(f"{k}_cost")) for k in ("sensitivity", "specificity"))
            row += f"{' / '.join(pair):<38}"
        lines.append(row.rstrip())
    return "\n".join(lines)


def audit_tables(found: dict[str, Any]) -> str:
    lines = ["AUC of shortcuts:"]
    for name, sources in found["shortcuts"].items():
        cells = "  ".join(f"{s} {number(f['auc'], f['auc_ci95'])}" for s, f in sources.items())
        lines.append(f"  {name:<30}{cells}")
    for name, f in (found["sizes"] or {}).items():
        if name != "films":
            lines.append(f"  {name + ', full size':<30}{number(f['auc'], f['auc_ci95'])}")
    lines.append(f"The model, on films changed (AUC; sensitivity / specificity at {BALANCED}):")
    changed = found["changed"]
    for name in next(iter(changed.values())):
        cells = "  ".join(_changed(source, figures[name]) for source, figures in changed.items())
        lines.append(f"  {name:<30}{cells}")
    if found["letterboxed"]:
        for name, f in found["letterboxed"]["originals"].items():
            lines.append(f"  {name + ', full size':<30}{_changed('originals', f)}")
    for name, sources in (found["unlike"] or {}).items():
        cells = "  ".join(f"{source} {number(share)}" for source, share in sources.items())
        lines.append(f"  {name + ': found unlike':<40}{cells}")
    maps = found["maps"]
    even = number(maps["outside_lungs_if_even"])
    lines.append(f"Maps of {maps['cells'][0]}x{maps['cells'][1]}; outside the lungs if even {even}:")
    for source, f in maps["sources"].items():
        cells = "  ".join(f"{name} {value:.3f}" for name, value in f.items() if name != "films")
        lines.append(f"  {source} ({f['films']} films): {cells}")
    leaks = found["leaks"]
    lines.append(f"Leaks among {leaks['films']} films: {leaks['leaks']}; worth a look: {len(leaks['worth_a_look'])}")
    return "\n".join(lines)


def _changed(source: str, f: dict[str, Any]) -> str:
    point = f["points"][default_point(f["points"])]
    return f"{source} {number(f['auc'])}; {number(point['sensitivity'])} / {number(point['specificity'])}"
