"""python -m standin COMMAND: see USAGE; `make` has a target for each."""

import os
import signal
import subprocess
import sys
import time

from standin.cloud import Cloud, prometheus
from standin.docker import Failed, lines
from standin.place import PLACES

USAGE = """usage: python -m standin COMMAND
  up       a cloud on this machine, and a deployment in it
  down     remove it
  journey  try everything that a deployment can go through, in a cloud of its own"""


def up(version: str) -> None:
    started = time.monotonic()
    cloud = Cloud(PLACES["local"])
    cloud.start()
    for service in ("frontend", "modelserver"):
        cloud.push(f"pneumoscope/{service}:{version}")
    if os.environ.get("DEPLOY_MONITORING") == "true":
        cloud.push(prometheus())
    environ = cloud.environ() | {"PYTHONPATH": "ansible"}
    if subprocess.run(cloud.deploy("apply"), env=environ, check=False).returncode:
        raise Failed("the deployment did not end well: what it said is above; make destroy-local removes what there is")
    print(f"Deployed on this machine in {time.monotonic() - started:.0f} s. To go on with it as with any other, until make destroy-local:")
    print(f"\n  . {cloud.place.folder.relative_to(os.getcwd())}/env; make deploy-status\n")


def down() -> None:
    cloud = Cloud(PLACES["local"])
    cloud.remove()
    if left := cloud.left():
        raise Failed("still there: " + ", ".join(left))


def built() -> str:
    """The version of both images, which this machine's Docker must have."""
    version = os.environ.get("DEPLOY_VERSION", "dev")
    if (
        len(
            lines("images", "--quiet", f"pneumoscope/frontend:{version}") + lines("images", "--quiet", f"pneumoscope/modelserver:{version}")
        )
        < 2
    ):
        raise Failed(f"the images are not there; make images VERSION={version} builds them")
    return version


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was begun is removed then, too
    try:
        match arguments:
            case ["up"]:
                up(built())
            case ["down"]:
                down()
            case ["journey"]:
                from standin.journey import journey

                journey(built())
            case ["serve", name] if name in PLACES:
                from standin.server import serve

                serve(PLACES[name])
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except Failed as failed:
        print(f"stand-in cloud: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
