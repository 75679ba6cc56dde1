"""The process behind a stand-in cloud: the API, and the machines that follow it."""

import logging
import signal
import sys
import threading
import time
import traceback

from moto.server import ThreadedMotoServer

from standin.api import Api
from standin.docker import Failed
from standin.machines import Machines
from standin.place import Place


def serve(place: Place) -> None:
    """Writes its address to a file, and serves until SIGTERM."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it would log each question
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    (place.folder / "endpoint").write_text(endpoint)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    api, machines = Api(endpoint), Machines(place)
    while not ended.wait(1):
        try:
            machines.follow(api.instances())
        except Failed as failed:  # a container that goes just now is no longer there the next time
            print(time.strftime("%H:%M:%S"), failed, file=sys.stderr, flush=True)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
    server.stop()
