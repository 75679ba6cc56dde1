"""Which ports answer to whom. Its text is also run where the question is asked from."""

import concurrent.futures
import json
import socket
import sys


def answers(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 3).close()
    except OSError:
        return False
    return True


def reached(addresses: list[str]) -> list[str]:
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        return [address for address, there in zip(addresses, pool.map(answers, addresses), strict=True) if there]


if __name__ == "__main__":
    print(json.dumps(reached(sys.argv[1:])))
