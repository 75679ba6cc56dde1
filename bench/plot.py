"""Draws a run of the benchmark: plot.py bench.json bench.svg."""

import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.family": "sans-serif", "font.size": 9})

import matplotlib.pyplot as plt  # noqa: E402  the backend comes first

COLOURS = ["#999999", "#1b6ca8", "#2a9d8f", "#8e5ea2"]


def label(server: dict) -> str:
    return server["name"] + ("" if server["key"] == "mlflow" else ": " + server["protocol"].split(",")[0])


def error(spread: dict) -> list[list[float]]:
    return [[spread["median"] - spread["min"]], [spread["max"] - spread["median"]]]


def rates(axes, report: dict) -> None:
    """Films a second at 16 clients, and the raw loop's, with the rounds' range."""
    bars = []
    for server, colour in zip(report["servers"], COLOURS, strict=False):
        cell = next(cell for cell in server["cells"] if cell["clients"] == 16)
        bars.append((label(server), cell["per_second"], colour))
    bars.append(("TensorFlow alone", report["limit"]["best"]["films_per_second"], "#333333"))
    for row, (name, spread, colour) in enumerate(reversed(bars)):
        axes.barh(row, spread["median"], color=colour, xerr=error(spread), error_kw={"elinewidth": 1, "capsize": 2})
        axes.text(spread["max"] * 1.15, row, f"{spread['median']:.3g}", va="center")
    axes.set_yticks(range(len(bars)), [name for name, _, _ in reversed(bars)])
    axes.set_xscale("log")
    axes.set_xlim(right=axes.get_xlim()[1] * 3)
    axes.set_title("Films a second, 16 clients (more is better)", loc="left")


def latencies(axes, report: dict) -> None:
    """Median and 99th percentile by the number of clients."""
    for server, colour in zip(report["servers"], COLOURS, strict=False):
        clients = [cell["clients"] for cell in server["cells"]]
        axes.plot(clients, [cell["p50_ms"]["median"] for cell in server["cells"]], color=colour, marker="o", ms=3, label=label(server))
        axes.plot(clients, [cell["p99_ms"]["median"] for cell in server["cells"]], color=colour, lw=0.8, ls=":")
    axes.axhline(report["limit"]["single"]["median_ms"]["median"], color="#333333", lw=0.8)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ticks = [cell["clients"] for cell in report["servers"][0]["cells"]]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("clients")
    axes.set_title("Milliseconds: median, dotted p99; black: one call of TensorFlow", loc="left")
    axes.legend(frameon=False, fontsize=8)


def main(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:
        report = json.load(file)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    rates(left, report)
    latencies(right, report)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    machine = report["machine"]
    figure.supxlabel(
        f"{machine['processor']}, {machine['processors']} processors; TensorFlow {machine['tensorflow']}, MLflow {machine['mlflow']}",
        fontsize=8, color="#666666",
    )
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
