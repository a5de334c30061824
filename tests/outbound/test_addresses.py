"""The address guard: each way to make us call what nobody should call."""

import socket
from typing import Any

import pytest

from foundation.outbound.addresses import Route, public_addresses, refusal, route
from foundation.outbound.client import Http
from foundation.outbound.contracts import Call
from foundation.outbound.failures import ForbiddenAddress, NotSent
from tests.outbound.peer import Peer, answer

REFUSED = {
    "127.0.0.1": "this machine itself",
    "127.255.0.3": "this machine itself",
    "::1": "this machine itself",
    "10.0.0.7": "private",
    "172.16.1.1": "private",
    "192.168.1.1": "private",
    "fc00::1": "private",
    "fec0::1": "private",
    "169.254.169.254": "link-local",
    "fe80::1%eth0": "link-local",
    "224.0.0.1": "multicast",
    "ff02::1": "multicast",
    "0.0.0.0": "no address at all",  # noqa: S104 -- refused
    "::": "no address at all",
    "255.255.255.255": "private",
    "240.0.0.1": "private",
    "100.64.0.1": "not public",
    "192.0.2.1": "private",
    "::ffff:127.0.0.1": "an IPv4 address in disguise",
    "::ffff:8.8.8.8": "an IPv4 address in disguise",
    "2002:7f00:1::": "an IPv4 address in disguise",
    "2001:0:7f00:1::": "an IPv4 address in disguise",
    "64:ff9b::7f00:1": "an IPv4 address in disguise",
    "64:ff9b:1::a00:1": "an IPv4 address in disguise",
}


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert refusal(address) == REFUSED[address]


@pytest.mark.parametrize("address", ["23.227.38.65", "8.8.8.8", "2620:127:f00f:e::"])
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address) == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://demo.example/", "only https"),
        ("ftp://demo.example/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https:///path", "names no host"),
        ("https://user:pw@demo.example/", "user name or password"),
        ("https://demo.example:99999/", "cannot be read"),
        ("https://[::1", "cannot be read"),
    ],
)
def test_urls_that_are_not_plain_https_are_refused(url: str, words: str) -> None:
    with pytest.raises(ForbiddenAddress, match=words):
        route(url, {})


def test_the_operators_map_sends_a_host_elsewhere_with_its_name() -> None:
    mapped = {"demo.example": "http://127.0.0.1:9123"}
    assert route("https://Demo.example/a/b?c=d", mapped) == Route(
        "http://127.0.0.1:9123/a/b?c=d", "Demo.example", mapped=True
    )
    # Another port is another service, and a longer name another host.
    assert not route("https://demo.example:8443/a", mapped).mapped
    assert not route("https://demo.example.evil.test/a", mapped).mapped


def _resolves(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def resolve(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_one_private_address_among_public_ones_refuses_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolves(monkeypatch, "23.227.38.65", "10.0.0.7")
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.7, which is private"):
        public_addresses("demo.example", 443)


def test_an_unknown_name_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NotSent, match="could not be resolved"):
        public_addresses("nowhere.example", 443)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_the_client_calls_no_disguise_of_this_machine(host: str) -> None:
    call = Call("GET", f"https://{host}/", "Probe", changes=False)
    with pytest.raises(ForbiddenAddress):
        Http().send(call)


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The name changes its mind after the first look: whoever resolves twice is lost.
    answers = iter(["23.227.38.65", "127.0.0.1", "127.0.0.1"])
    dialled: list[Any] = []

    def resolve(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def dial(address: Any, **_: Any) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(NotSent):
        Http().send(Call("GET", "https://rebinding.example/", "Probe", changes=False))
    assert dialled == [("23.227.38.65", 443)]


def test_only_mapped_hosts_reach_loopback(peer: Peer) -> None:
    peer.behaviour = answer(200, b"hello")
    http = Http({"demo.example": peer.origin})
    got = http.send(Call("GET", "https://demo.example/x?y=1", "Probe", changes=False))
    assert (got.status, got.body) == (200, b"hello")
    assert peer.requests[0].line == "GET /x?y=1 HTTP/1.1"
    assert peer.requests[0].headers["host"] == "demo.example"
    with pytest.raises(ForbiddenAddress):
        http.send(Call("GET", f"https://127.0.0.1:{peer.port}/", "Probe", changes=False))
    assert len(peer.requests) == 1
