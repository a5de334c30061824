import json
import socket
from pathlib import Path

import pytest

from config.door import ports
from config.door.errors import DoorError


def listening(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((ports.LOOPBACK, port))
    server.listen()
    return server


def test_a_port_stays_the_same_from_one_start_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = ports.PortBook(file).port("web")
    assert ports.PortBook(file).port("web") == first
    assert json.loads(file.read_text()) == {"web": first}


def test_last_times_port_wins_over_a_preferred_one(tmp_path: Path) -> None:
    book = ports.PortBook(tmp_path / "ports.json")
    last = book.assign("web", ports.any_free())
    assert book.port("web", prefer=(ports.any_free(),)) == last


def test_a_taken_port_is_given_up(tmp_path: Path) -> None:
    with listening() as server:
        taken = server.getsockname()[1]
        book = ports.PortBook(tmp_path / "ports.json")
        book.assign("web", taken)
        free = ports.any_free()
        assert book.port("web", prefer=(taken, free)) == free


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    book = ports.PortBook(tmp_path / "ports.json")
    wanted = ports.any_free()
    assert book.port("web", prefer=(wanted,)) == wanted
    assert book.port("live", prefer=(wanted,)) != wanted


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with listening() as server:
        taken = server.getsockname()[1]
        with pytest.raises(DoorError) as refused:
            ports.PortBook(tmp_path / "ports.json").port("web", exactly=taken)
    assert refused.value.what == f"Port {taken} is in use."
    assert "--port" in refused.value.now


def test_a_damaged_book_counts_as_empty(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    file.write_text("{ not json")
    port = ports.PortBook(file).port("web")
    assert json.loads(file.read_text()) == {"web": port}


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    assert all(ports.LOWEST <= ports.any_free() <= ports.HIGHEST < 32_768 for _ in range(20))
