"""Large answers, read piece by piece: bounds, faults, the law against transactions, the log."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from foundation.failures import Misconfigured, Parked, Permanent, Transient
from foundation.outbound.api import Call, ForbiddenAddress, NotSent, open_http, park_connection
from foundation.outbound.client import Http
from foundation.outbound.models import Exchange
from foundation.shops.api import connection_access
from foundation.shops.models import Connection
from tests.outbound.conftest import HOST
from tests.outbound.peer import Behaviour, Peer, Request, answer, hang_up

URL = f"https://{HOST}/file?signature=in-the-query"
FILE = Call("GET", URL, "File", changes=False)
MANY = 10**9


def for_ever() -> float:
    return 3600.0


def whole(peer: Peer, *, left: Callable[[], float] = for_ever, largest: int = MANY) -> bytes:
    http = Http({HOST: peer.origin})
    with http.stream(FILE, left=left, largest=largest) as got:
        return b"".join(got.pieces)


def drip(sock: socket.socket, _: Request) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        sock.sendall(b"x")
        time.sleep(0.05)


def cut(sock: socket.socket, _: Request) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    sock.shutdown(socket.SHUT_RDWR)


def test_pieces_come_unpacked_and_whole(peer: Peer) -> None:
    body = bytes(range(256)) * 2000
    peer.behaviour = answer(200, gzip.compress(body), Content_Encoding="gzip")
    assert whole(peer) == body
    peer.behaviour = answer(404, b"<Error/>")
    with Http({HOST: peer.origin}).stream(FILE, left=for_ever, largest=MANY) as got:
        assert (got.status, b"".join(got.pieces)) == (404, b"<Error/>")


def sent_in_pieces(total: int) -> Behaviour:
    def behave(sock: socket.socket, _: Request) -> None:
        sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n\r\n".encode())
        for _number in range(total // 100_000):
            sock.sendall(b"x" * 100_000)

    return behave


def test_memory_does_not_grow_with_the_file(peer: Peer) -> None:
    http, peaks = Http({HOST: peer.origin}), []
    for size in (2_000_000, 40_000_000):
        peer.behaviour = sent_in_pieces(size)
        tracemalloc.start()
        with http.stream(FILE, left=for_ever, largest=MANY) as got:
            assert sum(map(len, got.pieces)) == size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000, peaks


def test_a_file_is_bounded(peer: Peer) -> None:
    peer.behaviour = answer(200, b"x" * 300_000)
    assert len(whole(peer, largest=300_000)) == 300_000
    with pytest.raises(Permanent, match="larger than 299,999 bytes"):
        whole(peer, largest=299_999)


def test_the_time_left_is_asked_again_and_again(peer: Peer) -> None:
    peer.behaviour = drip
    began = time.monotonic()
    with pytest.raises(Transient, match="broke off File after"):
        whole(peer, left=lambda: began + 0.7 - time.monotonic())
    assert 0.6 < time.monotonic() - began < 1.2
    prolonged = iter([1.0, *[0.3] * 5])
    with pytest.raises(Transient, match=r"after [1-9]\d* bytes"):
        whole(peer, left=lambda: next(prolonged, 0.0))
    with pytest.raises(NotSent, match="were left"):
        whole(peer, left=lambda: 0.1)


def test_a_file_that_breaks_off_is_no_file(peer: Peer) -> None:
    peer.behaviour = cut
    with pytest.raises(Transient, match="broke off File after"):
        whole(peer)
    peer.behaviour = hang_up
    with pytest.raises(Transient, match="did not answer File"):
        whole(peer)


# --- the lane ---------------------------------------------------------------------------------


@pytest.fixture
def access(connection: Connection, mapped: Peer) -> Any:
    mapped.behaviour = answer(200, b"a" * 200_000)
    return connection_access(connection.pk)


def line() -> tuple[Any, ...]:
    row = Exchange.objects.get()
    return (row.operation, row.method, row.place, row.status, row.failure, row.error)


@pytest.mark.django_db(transaction=True)
def test_a_download_leaves_one_line_without_its_query(access: Any) -> None:
    with open_http(access, job_id=7).download(FILE, largest=MANY) as got:
        size = 0
        for piece in got.pieces:
            size += len(piece)
            with transaction.atomic():
                pass  # what the caller records in between
        assert size == 200_000
        assert not Exchange.objects.exists()
    assert line() == ("File", "GET", f"{HOST}/file", 200, "", "")


@pytest.mark.django_db(transaction=True)
def test_no_piece_is_taken_inside_a_transaction(access: Any) -> None:
    lane = open_http(access)
    with transaction.atomic(), pytest.raises(RuntimeError, match="network inside a transaction"):
        lane.download(FILE, largest=MANY).__enter__()
    with lane.download(FILE, largest=MANY) as got:
        next(got.pieces)
        with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
            next(got.pieces)


@pytest.mark.django_db(transaction=True)
def test_failures_are_logged_and_leaving_early_is_none(access: Any, mapped: Peer) -> None:
    lane = open_http(access)

    def some() -> Any:
        with lane.download(FILE, largest=MANY) as got:
            yield from got.pieces

    begun = some()
    next(begun)
    begun.close()
    assert line()[3:5] == (200, "")
    Exchange.objects.all().delete()
    mapped.behaviour = answer(503)
    with pytest.raises(Transient), lane.download(FILE, largest=MANY):
        pass
    assert line()[3:5] == (503, "transient")
    Exchange.objects.all().delete()
    mapped.behaviour = cut
    with pytest.raises(Transient), lane.download(FILE, largest=MANY) as got:
        list(got.pieces)
    assert line()[3:5] == (200, "transient")


@pytest.mark.django_db(transaction=True)
def test_gate_guard_deadline_and_parking_are_those_of_every_call(
    access: Any, connection: Connection, mapped: Peer
) -> None:
    with pytest.raises(ForbiddenAddress):
        open_http(access).download(
            Call("GET", "http://127.0.0.1/", "File", changes=False), largest=1
        ).__enter__()
    with pytest.raises(NotSent, match="were left"):
        open_http(access, deadline=lambda: 1.2).download(FILE, largest=MANY).__enter__()
    assert mapped.requests == []
    failure = Misconfigured("The token may not.", connection_id=connection.pk)
    with pytest.raises(Misconfigured), open_http(access).download(FILE, largest=MANY):
        raise failure
    assert connection_access(connection.pk).parked
    park_connection(connection.pk, "again")
    with pytest.raises(Parked):
        open_http(access).download(FILE, largest=MANY).__enter__()
