"""Tell Docker whether a container is healthy: `python -m config.container_health http|tcp|pool …`.

Standard library only and without Django, because it runs every few seconds. It asks no more than
whether the process can do its work at all; whether work gets done is shown by the heartbeat rows on
the staff pages.
"""

import http.client
import socket
import sys
from pathlib import Path

LOCAL = "127.0.0.1"
SECONDS = 4
# The Celery parent and at least one pool process; Docker's init carries the same words after its
# own.
FEWEST_PROCESSES = 2
NOT_THE_WORKER = (b"docker-init", b"tini", b"container_health")
HTTP_OK = 200


def http_answers(port: int, path: str) -> bool:
    """Tell whether a page is answered with 200."""
    connection = http.client.HTTPConnection(LOCAL, port, timeout=SECONDS)
    connection.request("GET", path, headers={"Host": "localhost"})
    return connection.getresponse().status == HTTP_OK


def tcp_accepts(port: int) -> bool:
    """Tell whether somebody listens."""
    socket.create_connection((LOCAL, port), timeout=SECONDS).close()
    return True


def pool_lives(processes: Path = Path("/proc")) -> bool:
    """Tell whether a Celery parent and at least one process of its pool are there."""
    found = 0
    for entry in processes.iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        is_worker = b"celery" in words and b"worker" in words
        found += is_worker and not any(other in words for other in NOT_THE_WORKER)
    return found >= FEWEST_PROCESSES


def main(words: list[str]) -> int:
    """Answer with an exit status: 0 healthy, 1 not."""
    kind, *rest = words
    try:
        if kind == "http":
            return 0 if http_answers(int(rest[0]), rest[1]) else 1
        if kind == "tcp":
            return 0 if tcp_accepts(int(rest[0])) else 1
        return 0 if pool_lives() else 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
