"""Time how long Pillow and we take to decode and resize films, in turn, with one thread each.

Usage: films.py PACE DATA MODEL. MODEL, such as models:/pneumonia@champion, has the size in its signature.
"""

import io
import statistics
import subprocess
import sys
import time
from pathlib import Path

import mlflow
from PIL import Image, __version__

ROUNDS = 15


def pillow(data: bytes, side: int) -> float:
    started = time.perf_counter()
    Image.open(io.BytesIO(data)).convert("L").resize((side, side), Image.Resampling.BILINEAR).tobytes()
    return time.perf_counter() - started


def side_of(model: str) -> int:
    """Width and height of the films that a model takes."""
    return int(mlflow.models.get_model_info(model).signature.inputs.inputs[0].shape[1])


def main(pace: str, data: str, model: str) -> None:
    side = side_of(model)
    films = sorted(Path(data, "originals").glob("*/*.jpeg"))
    if not films:
        sys.exit("DATA_DIR holds no originals")
    with subprocess.Popen([pace], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        questions, answers = child.stdin, child.stdout
        if questions is None or answers is None:
            sys.exit("no pipes")

        def ours(path: Path) -> float:
            print(path, file=questions, flush=True)
            return int(answers.readline()) / 1e9

        theirs_all, ours_all = [], []
        for path in films:
            body = path.read_bytes()
            # Only the shortest time counts. Other programs disturbed the longer ones.
            pairs = [(pillow(body, side), ours(path)) for _ in range(ROUNDS)]
            theirs_all.append(min(t for t, _ in pairs))
            ours_all.append(min(o for _, o in pairs))
        questions.close()
    theirs_median, ours_median = statistics.median(theirs_all), statistics.median(ours_all)
    print(f"{len(films)} films, the median of each one's best of {ROUNDS}, one thread:")
    print(f"  Pillow {__version__:<10} {1e3 * theirs_median:6.2f} ms")
    print(f"  ours              {1e3 * ours_median:6.2f} ms")
    each = statistics.median(o / t for o, t in zip(ours_all, theirs_all, strict=True))
    print(f"  ratio of the medians {ours_median / theirs_median:.2f}, median of the films' ratios {each:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
