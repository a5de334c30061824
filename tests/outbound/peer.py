"""A peer on loopback that answers as a test tells it to, down to the socket."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase


@dataclass(frozen=True)
class Request:
    """What the peer was sent."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[socket.socket, Request], None]


@dataclass
class Peer:
    """The peer's address, what it was sent, and how it behaves next."""

    port: int = 0
    behaviour: Behaviour | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer once and keep the connection."""

    def behave(sock: socket.socket, _: Request) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return behave


def hang_up(sock: socket.socket, _: Request) -> None:
    """Close without a word, after the request has been read."""
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def reset(sock: socket.socket, _: Request) -> None:
    """Send a TCP reset instead of an answer."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    # The reader shares the descriptor; the handler's end closes that, too, and only then it goes.
    raise ConnectionResetError


def _read(reader: BufferedIOBase) -> Request | None:
    line = reader.readline()
    if not line:
        return None
    headers: dict[str, str] = {}
    while (raw := reader.readline()) not in (b"\r\n", b""):
        name, _, value = raw.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", "0")))
    return Request(line.decode().strip(), headers, body)


@contextmanager
def listening() -> Iterator[Peer]:
    """Run a peer for the length of a block."""
    peer = Peer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            peer.connections += 1
            try:
                while (request := _read(self.rfile)) is not None:
                    peer.requests.append(request)
                    if peer.behaviour is not None:
                        peer.behaviour(self.request, request)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A peer that was told to break does not complain."""

    with Server(("127.0.0.1", 0), Handler) as server:
        peer.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield peer
        finally:
            server.shutdown()
