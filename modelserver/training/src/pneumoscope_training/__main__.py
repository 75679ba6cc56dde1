"""Command line: train, evaluate, prune."""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from . import portable
from .config import Config, Recipe


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger(__package__).setLevel(logging.INFO)
    try:
        arguments.run(arguments)
    except (OSError, ValueError) as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _train(arguments: argparse.Namespace) -> None:
    from .evaluate import table
    from .pipeline import train_and_log

    if arguments.mlruns is None and "MLFLOW_TRACKING_URI" not in os.environ:
        raise ValueError("name an MLflow file store with --mlruns, or a tracking server with MLFLOW_TRACKING_URI")
    config = Config(
        data=arguments.data,
        mlruns=arguments.mlruns,
        cache=arguments.cache,
        recipe=Recipe(steps=arguments.steps, seed=arguments.seed, limit_films=arguments.limit_films),
        threads=arguments.threads,
    )
    if figures := train_and_log(config):
        print(table(figures))


def _evaluate(arguments: argparse.Namespace) -> None:
    from .evaluate import table
    from .pipeline import evaluate_model

    figures = evaluate_model(arguments.data, arguments.mlruns, arguments.model, arguments.split)
    print(table(figures))
    if arguments.json:
        content = {source: f.as_json() for source, f in figures.items()}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n")


def _prune(arguments: argparse.Namespace) -> None:
    from .pipeline import ALIAS, MODEL

    portable.keep_only(arguments.mlruns, MODEL, ALIAS)
    portable.make_portable(arguments.mlruns)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pneumoscope_training")
    commands = parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser(
        "train", help="train a model and log it as a new version; the first one is the champion"
    )
    train.add_argument("--data", type=Path, required=True, help="folder of films with a manifest.csv")
    train.add_argument("--mlruns", type=Path, help="MLflow file store (default: the server of MLFLOW_TRACKING_URI)")
    train.add_argument("--steps", type=int, default=Recipe.steps, help="training steps (default %(default)s)")
    train.add_argument("--seed", type=int, default=Recipe.seed, help="of all random numbers (default %(default)s)")
    train.add_argument("--limit-films", type=int, help="use at most so many films of each split")
    train.add_argument(
        "--cache", type=Path, default=_default_cache(), help="folder of checkpoints (default %(default)s)"
    )
    train.add_argument("--threads", type=int, default=0, help="threads of TensorFlow (default one for each core)")
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="figures per source of a logged model")
    _data_and_store(evaluate)
    evaluate.add_argument(
        "--model", default="models:/pneumonia@champion", help="MLflow URI or model folder (default %(default)s)"
    )
    evaluate.add_argument("--split", default="val", help="split of the manifest (default %(default)s)")
    evaluate.add_argument("--json", type=Path, help="also write the figures to this file")
    evaluate.set_defaults(run=_evaluate)

    prune = commands.add_parser("prune", help="remove everything but the champion from an MLflow file store")
    prune.add_argument("--mlruns", type=Path, required=True, help="MLflow file store")
    prune.set_defaults(run=_prune)
    return parser


def _data_and_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of films with a manifest.csv")
    parser.add_argument("--mlruns", type=Path, required=True, help="MLflow file store")


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pneumoscope"


if __name__ == "__main__":
    sys.exit(main())
