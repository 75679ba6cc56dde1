"""The process behind a stand-in cloud: it serves the API and keeps the machines in step with it."""

import logging
import signal
import sys
import threading
import time
import traceback

from moto.server import ThreadedMotoServer

from standin.api import Api
from standin.docker import Failed
from standin.layout import Layout
from standin.machines import Machines


def serve(layout: Layout) -> None:
    """Writes its address to a file and serves until SIGTERM."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it logs every request otherwise
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    (layout.folder / "endpoint").write_text(endpoint)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    api, machines = Api(endpoint), Machines(layout)
    while not ended.wait(1):
        try:
            machines.follow(api.instances())
        except Failed as failed:  # a container that is just being removed is gone the next time
            print(time.strftime("%H:%M:%S"), failed, file=sys.stderr, flush=True)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
    server.stop()
