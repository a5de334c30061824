"""The HTTP client over real sockets: bounds, and what each fault means."""

import datetime as dt
import gzip
import socket
import time

import pytest

from foundation.failures import OutcomeUnknown, Permanent, Transient
from foundation.outbound.client import Http, raise_for_status, retry_after
from foundation.outbound.contracts import Answer, Call
from foundation.outbound.failures import NotSent, Throttled
from tests.outbound.peer import Peer, Request, answer, hang_up, reset

URL = "https://vendor.example/graphql"
READ = Call("POST", URL, "Look", changes=False, body=b"{}")
WRITE = Call("POST", URL, "Change", changes=True, body=b"{}")


def http(peer: Peer, **bounds: int) -> Http:
    return Http({"vendor.example": peer.origin}, **bounds)


def test_a_call_arrives_whole_and_brings_nothing_of_ours_along(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    peer.behaviour = answer(200, b"ok", Set_Cookie="session=1", X_Request_Id="r-1")
    client = http(peer)
    call = Call("POST", URL, "Look", changes=False, headers={"X-Token": "t"}, body=b'{"a":1}')
    first, _second = client.send(call), client.send(call)
    assert (first.status, first.body, first.headers["x-request-id"]) == (200, b"ok", "r-1")
    assert [request.body for request in peer.requests] == [b'{"a":1}', b'{"a":1}']
    told = peer.requests[1].headers
    assert (told["host"], told["x-token"]) == ("vendor.example", "t")
    assert "cookie" not in told
    assert told["user-agent"].startswith("Backroom/")
    assert peer.connections == 1, "the connection is kept alive"


def test_redirects_are_answers(peer: Peer) -> None:
    peer.behaviour = answer(302, Location="http://169.254.169.254/latest/meta-data")
    got = http(peer).send(READ)
    assert (got.status, len(peer.requests)) == (302, 1)


@pytest.mark.parametrize("behaviour", [hang_up, reset])
def test_a_lost_answer_leaves_a_change_unknown_and_a_read_transient(
    peer: Peer, behaviour: object
) -> None:
    peer.behaviour = behaviour  # type: ignore[assignment]  # one of the two above
    with pytest.raises(OutcomeUnknown, match="read back before going on"):
        http(peer).send(WRITE)
    with pytest.raises(Transient) as caught:
        http(peer).send(READ)
    assert type(caught.value) is Transient
    assert len(peer.requests) == 2, "nothing is repeated by the client itself"


def test_nobody_listening_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotSent, match="Nothing was sent"):
        Http({"vendor.example": f"http://127.0.0.1:{port}"}).send(WRITE)


def test_a_silent_vendor_is_left_at_the_deadline(peer: Peer) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        http(peer).send(WRITE, seconds=0.7)
    assert 0.6 < time.monotonic() - began < 1.2


def test_a_dripping_answer_cannot_outlast_the_deadline(peer: Peer) -> None:
    def drip(sock: socket.socket, _: Request) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            sock.sendall(b"x")
            time.sleep(0.1)

    peer.behaviour = drip
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        http(peer).send(WRITE, seconds=0.8)
    assert time.monotonic() - began < 1.5


def test_a_call_without_time_left_is_not_begun(peer: Peer) -> None:
    with pytest.raises(NotSent, match="were left"):
        http(peer).send(WRITE, seconds=0.2)
    assert peer.requests == []


def test_an_answer_that_does_not_end_is_cut(peer: Peer) -> None:
    peer.behaviour = answer(200, b"x" * 200_000)
    with pytest.raises(Permanent, match="larger than 100,000 bytes"):
        http(peer, largest=100_000).send(READ)
    with pytest.raises(OutcomeUnknown):
        http(peer, largest=100_000).send(WRITE)


def judged(status: int, call: Call, **headers: str) -> Transient | None:
    try:
        raise_for_status(Answer(status, headers, b"", 1), call, "vendor.example")
    except Transient as failure:
        return failure
    return None


def test_statuses_that_mean_the_same_everywhere() -> None:
    assert [judged(status, WRITE) for status in (200, 302, 400, 401, 404, 430)] == [None] * 6
    assert type(judged(500, READ)) is Transient
    assert [type(judged(status, WRITE)) for status in (500, 502, 504)] == [OutcomeUnknown] * 3
    assert type(judged(503, WRITE)) is OutcomeUnknown
    refused = judged(503, WRITE, **{"Retry-After": "7"})
    assert type(refused) is Throttled
    assert refused.retry_after == dt.timedelta(seconds=7)
    slowed = judged(429, WRITE, **{"Retry-After": "2.0"})
    assert type(slowed) is Throttled
    assert slowed.retry_after == dt.timedelta(seconds=2)


def test_retry_after_is_read_in_all_its_spellings() -> None:
    def read(text: str) -> dt.timedelta | None:
        return retry_after({"Retry-After": text})

    assert read("0.5") == dt.timedelta(seconds=0.5)
    assert read("-3") == dt.timedelta()
    assert read("999999") == dt.timedelta(hours=1)
    assert [read(text) for text in ("", "soon", "nan", "inf")] == [None] * 4
    assert read("Wed, 21 Oct 2015 07:28:00 GMT") == dt.timedelta()


def test_compressed_and_chunked_answers_are_read_and_bounded_unpacked(peer: Peer) -> None:
    packed = gzip.compress(b"y" * 150_000)

    def chunked(sock: socket.socket, _: Request) -> None:
        sock.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for start in range(0, len(packed), 50):
            piece = packed[start : start + 50]
            sock.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        sock.sendall(b"0\r\n\r\n")

    peer.behaviour = chunked
    assert http(peer).send(READ).body == b"y" * 150_000
    with pytest.raises(Permanent, match="larger than"):
        http(peer, largest=100_000).send(READ)


def test_an_answer_cut_short_is_no_answer(peer: Peer) -> None:
    def cut(sock: socket.socket, _: Request) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        sock.shutdown(socket.SHUT_RDWR)

    peer.behaviour = cut
    with pytest.raises(OutcomeUnknown):
        http(peer).send(WRITE)
