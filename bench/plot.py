"""Draw a run of the benchmark: plot.py servers.json servers.svg."""

import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update(
    {"svg.fonttype": "none", "svg.hashsalt": "bench", "font.family": "sans-serif", "font.size": 9}
)

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
    slowest = bars[0][1]["median"]
    for row, (_, spread, colour) in enumerate(reversed(bars)):
        axes.barh(row, spread["median"], color=colour, xerr=error(spread), error_kw={"elinewidth": 1, "capsize": 2})
        times = f" ({spread['median'] / slowest:.0f} x)" if spread["median"] > slowest else ""
        axes.text(spread["max"] * 1.15, row, f"{spread['median']:.3g}{times}", va="center")
    axes.set_yticks(range(len(bars)), [name for name, _, _ in reversed(bars)])
    axes.set_xscale("log")
    axes.set_xlim(left=1, right=axes.get_xlim()[1] * 6)
    axes.set_title("Films a second at 16 clients", loc="left")


def latencies(axes, report: dict) -> None:
    """Median and 99th percentile by the number of clients."""
    for server, colour in zip(report["servers"], COLOURS, strict=False):
        clients = [cell["clients"] for cell in server["cells"]]
        median, slow = ([cell[key]["median"] for cell in server["cells"]] for key in ("p50_ms", "p99_ms"))
        axes.plot(clients, median, color=colour, marker="o", ms=3, label=label(server))
        axes.plot(clients, slow, color=colour, lw=0.8, ls=":")
    axes.axhline(
        report["limit"]["single"]["median_ms"]["median"], color="#333333", lw=0.8, label="TensorFlow alone, one film"
    )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ticks = [cell["clients"] for cell in report["servers"][0]["cells"]]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("clients")
    axes.set_title("Milliseconds to an answer: median, p99 dotted", loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))


def main(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:
        report = json.load(file)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
    rates(left, report)
    latencies(right, report)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    machine = report["machine"]
    where = f"{machine['processor']}, {machine['processors']} processors"
    versions = f"TensorFlow {machine['tensorflow']}, MLflow {machine['mlflow']}"
    figure.supxlabel(f"{where}; {versions}; others used {machine['others']:.0%} of the processors", fontsize=8)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
