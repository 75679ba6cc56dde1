"""python -m standin COMMAND: see USAGE; `make` has a target for each command."""

import os
import signal
import subprocess
import sys
import time

from standin.cloud import Cloud, prometheus
from standin.docker import Failed, lines
from standin.layout import LAYOUTS

USAGE = """usage: python -m standin COMMAND
  up        start a cloud on this machine and deploy into it
  down      remove it
  scenario  test installing, upgrading, failing and removing, in a separate cloud"""


def up(version: str) -> None:
    started = time.monotonic()
    cloud = Cloud(LAYOUTS["local"])
    cloud.start()
    for service in ("frontend", "modelserver"):
        cloud.push(f"pneumoscope/{service}:{version}")
    if os.environ.get("DEPLOY_MONITORING") == "true":
        cloud.push(prometheus())
    environ = cloud.environ() | {"PYTHONPATH": "ansible"}
    if subprocess.run(cloud.deploy("apply"), env=environ, check=False).returncode:
        raise Failed("the deployment failed, see its output above; make destroy-local removes what was created")
    print(f"Deployed on this machine in {time.monotonic() - started:.0f} s. Until make destroy-local, use it like any other deployment:")
    print(f"\n  . {cloud.layout.folder.relative_to(os.getcwd())}/env; make deploy-status\n")


def down() -> None:
    cloud = Cloud(LAYOUTS["local"])
    cloud.remove()
    if left := cloud.left():
        raise Failed("not removed: " + ", ".join(left))


def built() -> str:
    """Returns the version to deploy. Both of its images must be in this machine's Docker."""
    version = os.environ.get("DEPLOY_VERSION", "dev")
    for service in ("frontend", "modelserver"):
        if not lines("images", "--quiet", f"pneumoscope/{service}:{version}"):
            raise Failed(f"pneumoscope/{service}:{version} is missing; make images VERSION={version} builds both images")
    return version


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` removes what was started
    try:
        match arguments:
            case ["up"]:
                up(built())
            case ["down"]:
                down()
            case ["scenario"]:
                from standin import scenario

                scenario.run(built())
            case ["serve", name] if name in LAYOUTS:
                from standin.server import serve

                serve(LAYOUTS[name])
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except Failed as failed:
        print(f"stand-in cloud: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
