"""The command line: it parses arguments and connects the commands to the package."""

import argparse
import logging
import os
import sys
from pathlib import Path

from .config import ALIAS, MODEL, Config, Recipe


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
    from .judge.terminal_tables import evaluation_table
    from .publish.pipeline import train_and_log

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
        print(evaluation_table({"sources": {source: f.as_json() for source, f in figures.items()}}))


def _evaluate(arguments: argparse.Namespace) -> None:
    from .judge.evaluation import evaluate, write_scores
    from .judge.figures_json import write
    from .judge.html_pages import write_pages
    from .judge.logged_model import open_model
    from .judge.output_folder import outside_repository
    from .judge.server import Server
    from .judge.terminal_tables import answers_table, evaluation_table

    out = outside_repository(arguments.out, "evaluation")
    model = open_model(arguments.mlruns, arguments.model)
    server = Server(arguments.url, os.environ.get("TOKEN", "")) if arguments.url else None
    result = evaluate(model, arguments.data, arguments.train, arguments.split, arguments.positive, server)
    print(evaluation_table(result.figures))
    if text := answers_table(result.figures):
        print(f"\n{text}")
    write(out / "evaluation.json", result.figures)
    write_scores(out / "scores.csv", result)
    write_pages(out, result, model)
    if arguments.json:
        write(arguments.json, result.figures)
    print(f"\nreport.html, errors.html, scores.csv and evaluation.json are in {out}")


def _evaluate_perturbed(arguments: argparse.Namespace) -> None:
    from .data.evaluation_set import read_evaluation_set
    from .data.pixels import read_stretched
    from .judge.figures_json import write
    from .judge.logged_model import open_model
    from .judge.perturbations import costs, score_all
    from .judge.terminal_tables import perturbed_table

    model = open_model(arguments.mlruns, arguments.model)
    films = read_evaluation_set(arguments.data, arguments.split)
    pixels, _ = read_stretched(arguments.data, films)
    sources = costs(films, score_all(model.score, pixels), model.thresholds)
    for point in model.thresholds:
        print(f"{point}:\n{perturbed_table(sources, point)}\n")
    if arguments.json:
        write(arguments.json, {"schema": 1, "model": model.identifier, "sources": sources})


def _audit(arguments: argparse.Namespace) -> None:
    from .judge.audit import audit
    from .judge.figures_json import write
    from .judge.logged_model import open_model
    from .judge.terminal_tables import audit_tables

    found = audit(open_model(arguments.mlruns, arguments.model), arguments.data)
    print(audit_tables(found))
    if arguments.json:
        write(arguments.json, found)


def _promote(arguments: argparse.Namespace) -> None:
    from .publish.promotion import promote

    print(promote(arguments.mlruns, arguments.data, MODEL, ALIAS, arguments.version))


def _model_card(arguments: argparse.Namespace) -> None:
    from .publish.model_card_page import update

    update(arguments.page, arguments.figures, arguments.check)


def _leaks(arguments: argparse.Namespace) -> None:
    from .data import leaks
    from .data.manifest import SPLITS, read_rows

    films = [film for film in read_rows(arguments.data) if film.split in SPLITS]
    report = leaks.find(arguments.data, films)
    print(leaks.listing(report))
    if report.leaks:
        raise leaks.LeakError("a model must not be trained on these films as they are")


def _prune(arguments: argparse.Namespace) -> None:
    from .publish.portable_store import keep_only, make_portable

    keep_only(arguments.mlruns, MODEL, ALIAS)
    make_portable(arguments.mlruns)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pneumoscope_training")
    commands = parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser(
        "train", help="train a model and log it as a new version; the first one is the champion"
    )
    train.add_argument("--data", type=Path, required=True, help="folder of films with a manifest.csv")
    train.add_argument("--mlruns", type=Path, help="MLflow file store (default: the server of MLFLOW_TRACKING_URI)")
    train.add_argument("--steps", type=int, default=Recipe.steps, help="training steps (default %(default)s)")
    train.add_argument("--seed", type=int, default=Recipe.seed, help="seed of all random numbers (default %(default)s)")
    train.add_argument("--limit-films", type=int, help="the maximum number of films of each split")
    train.add_argument(
        "--cache",
        type=Path,
        default=_default_cache(),
        help="folder for checkpoints and the trained network (default %(default)s)",
    )
    train.add_argument("--threads", type=int, default=0, help="TensorFlow's threads (default: one for each core)")
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="figures per source, plots and errors of a logged model")
    _model_and_films(evaluate)
    evaluate.add_argument("--train", type=Path, help="folder of the training films, for thumbnails and leaks")
    evaluate.add_argument("--url", help="measure the answers of the model server at http://HOST:PORT")
    evaluate.add_argument("--positive", action="append", default=[], help="class that counts as pneumonia; repeatable")
    evaluate.add_argument(
        "--out", type=Path, help="folder for the pages, outside any repository (default: a temporary one)"
    )
    evaluate.set_defaults(run=_evaluate)

    perturbed = commands.add_parser("evaluate-perturbed", help="the cost of changed frames and exposures, per source")
    _model_and_films(perturbed)
    perturbed.set_defaults(run=_evaluate_perturbed)

    audit = commands.add_parser("audit", help="shortcuts, maps and leaks of a logged model and its films")
    _model_and_films(audit)
    audit.set_defaults(run=_audit)

    promote = commands.add_parser("promote", help="make a version the champion if it is better by the rule")
    _data_and_store(promote)
    promote.add_argument("--version", help="registered version (default: the newest)")
    promote.set_defaults(run=_promote)

    card = commands.add_parser("model-card", help="fill the figures of the model card from JSON files")
    card.add_argument("--page", type=Path, required=True, help="the model card")
    card.add_argument("--figures", type=Path, required=True, help="folder of evaluation, perturbed and audit.json")
    card.add_argument("--check", action="store_true", help="only fail if the card has other figures")
    card.set_defaults(run=_model_card)

    leaks = commands.add_parser("leaks", help="patients, files and pictures in two splits or under two labels")
    leaks.add_argument("--data", type=Path, required=True, help="folder of films with a manifest.csv")
    leaks.set_defaults(run=_leaks)

    prune = commands.add_parser("prune", help="remove everything but the champion from an MLflow file store")
    prune.add_argument("--mlruns", type=Path, required=True, help="MLflow file store")
    prune.set_defaults(run=_prune)
    return parser


def _data_and_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of films with a manifest.csv")
    parser.add_argument("--mlruns", type=Path, required=True, help="MLflow file store")


def _model_and_films(parser: argparse.ArgumentParser) -> None:
    _data_and_store(parser)
    parser.add_argument(
        "--model", default="models:/pneumonia@champion", help="MLflow URI or model folder (default %(default)s)"
    )
    parser.add_argument("--split", help="split of the manifest (default: the only one that is not for training)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pneumoscope"


if __name__ == "__main__":
    sys.exit(main())
