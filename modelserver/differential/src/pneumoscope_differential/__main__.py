"""Command line.

python -m pneumoscope_differential run --server bin/modelserver [--requests 3000] [--seed SEED]
python -m pneumoscope_differential ask --server bin/modelserver FILE
python -m pneumoscope_differential document docs/api.md
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom

from .catalogue import BY_NAME
from .compare import Exchange, difference
from .deviations import written_into
from .known import explanation
from .run import Asker, Found, Report, compare_model
from .servers import mlflow_servers, our_server
from .wire import Answer, Request

MAX_SHOWN = 300  # characters of a body


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="pneumoscope_differential")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="send random requests to both servers; exit with 1 if the answers differ")
    run.add_argument(
        "--requests", type=int, default=3000, help="number of requests to all models (default %(default)s)"
    )
    run.add_argument("--seed", default="", help="seed of all requests (default: a new one, which is printed)")
    run.add_argument("--model", action="append", choices=list(BY_NAME), help="only these models")
    run.add_argument("--out", type=Path, help="folder for the requests that show a difference")
    run.set_defaults(do=_run)
    ask = commands.add_parser("ask", help="send one request to both servers again")
    ask.add_argument("file", type=Path, help="as written by run")
    ask.set_defaults(do=_ask)
    for command in (run, ask):
        command.add_argument("--server", type=Path, required=True, help="the model server's binary")
        command.add_argument("--models", type=Path, help="folder that keeps the models for another run")
    document = commands.add_parser("document", help="write the table of deviations into a document")
    document.add_argument("file", type=Path)
    document.set_defaults(do=_document, models=None)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        arguments.models = arguments.models or Path(folder)
        return int(arguments.do(arguments))


def _run(arguments: argparse.Namespace) -> int:
    seed = arguments.seed or f"{SystemRandom().randrange(10**6):06}"
    print(f"seed {seed}", flush=True)
    models = [BY_NAME[name] for name in arguments.model or BY_NAME]
    weights = sum(model.weight for model in models)
    report = Report()
    started = time.monotonic()
    with mlflow_servers(arguments.models, [model.name for model in models]) as ports:
        print(f"MLflow serves {len(models)} models after {time.monotonic() - started:.0f} s", flush=True)
        for model in models:
            count = round(arguments.requests * model.weight / weights)
            with our_server(arguments.server.resolve(), arguments.models / model.name) as ours:
                before = len(report.found)
                compare_model(model, ports[model.name], ours, count, seed, report)
            for found in report.found[before:]:
                print(_shown(found, arguments.out), flush=True)
    print(_summary(report, time.monotonic() - started))
    return 1 if report.found else 0


def _summary(report: Report, seconds: float) -> str:
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(report.statuses.items()))
    explained = "".join(f"\n  {count:6} {name}" for name, count in report.explained.most_common())
    return (
        f"{report.requests} requests in {seconds:.0f} s; MLflow's statuses {statuses}\n"
        f"{sum(report.explained.values())} known differences{explained}\n"
        f"{sum(found.times for found in report.found)} unexplained, of {len(report.found)} kinds"
    )


def _shown(found: Found, out: Path | None) -> str:
    x = found.exchange
    lines = [
        f"{x.model.name}: {found.kind} ({found.times} times)",
        f"  request {x.request.method} {x.request.path} {dict(x.request.headers)} {_cut(x.request.body or b'')}",
        f"  MLflow  {_answer(x.theirs)}",
        f"  ours    {_answer(x.ours)}",
    ]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"{x.model.name}-{len(list(out.iterdir()))}.json"
        file.write_text(json.dumps({"model": x.model.name, "request": x.request.to_json()}, indent=1) + "\n")
        lines.append(f"  kept in {file}")
    return "\n".join(lines)


def _answer(answer: Answer) -> str:
    error = dict(answer.error)
    error.pop("stack_trace", None)
    return f"{answer.status} {_cut(json.dumps(error).encode() if error else answer.body)}"


def _cut(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)")


def _ask(arguments: argparse.Namespace) -> int:
    kept = json.loads(arguments.file.read_text())
    model, request = BY_NAME[kept["model"]], Request.from_json(kept["request"])
    with (
        mlflow_servers(arguments.models, [model.name]) as ports,
        our_server(arguments.server.resolve(), arguments.models / model.name) as ours,
    ):
        exchange: Exchange = Asker(model, ports[model.name], ours).ask(request)
    kind = difference(exchange)
    deviation = explanation(exchange)
    print(_shown(Found(kind or "no difference", exchange), None))
    if kind and deviation:
        print(f"  known: {deviation.name}: {deviation.why}")
    return 1 if kind and not deviation else 0


def _document(arguments: argparse.Namespace) -> int:
    arguments.file.write_text(written_into(arguments.file.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
