"""An evaluation as text for a terminal, a row per source."""

from typing import Any


def number(value: float | None, interval: Any = None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" + (f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")


def table(figures: dict[str, Any]) -> str:
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
