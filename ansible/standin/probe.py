"""Finds out which ports accept connections. Instances and strangers run this file's text too."""

import concurrent.futures
import json
import socket
import sys


def accepts(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 3).close()
    except OSError:
        return False
    return True


def reached(addresses: list[str]) -> list[str]:
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        return [address for address, accepted in zip(addresses, pool.map(accepts, addresses), strict=True) if accepted]


if __name__ == "__main__":
    print(json.dumps(reached(sys.argv[1:])))
