"""python -m standin COMMAND: see USAGE; `make` has a target for each."""

import os
import subprocess
import sys
import time

from standin.cloud import Cloud, prometheus
from standin.docker import Failed
from standin.place import PLACES

USAGE = """usage: python -m standin COMMAND
  up       a cloud on this machine, and a deployment in it
  down     remove it
  journey  try everything that a deployment can go through, in a cloud of its own"""


def up() -> None:
    started = time.monotonic()
    cloud = Cloud(PLACES["local"])
    version = os.environ.get("DEPLOY_VERSION", "dev")
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


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["up"]:
                up()
            case ["down"]:
                down()
            case ["journey"]:
                from standin.journey import journey

                journey(os.environ.get("DEPLOY_VERSION", "dev"))
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
