import os
import shutil
from pathlib import Path

import pytest

from config.door import places
from config.door.accounts import Account
from config.door.errors import DoorError
from config.door.places import Place

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
SOMEBODY = Account(uid=65534, gid=65534, switched=True)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches accounts")


def test_an_ordinary_users_data_lies_in_var(place: Place) -> None:
    assert place.for_postgres(OURSELVES) == place.var / "postgres"


@needs_root
def test_roots_data_lies_where_the_account_can_reach_it(place: Place) -> None:
    outside = place.for_postgres(SOMEBODY)
    try:
        assert SOMEBODY.can_reach(outside.parent)
        assert (place.var / "postgres").resolve() == outside
        assert place.for_postgres(SOMEBODY) == outside
        assert outside.stat().st_uid == 0
    finally:
        shutil.rmtree(outside)


@needs_root
def test_a_moved_checkout_takes_its_data_along_and_a_copied_one_does_not(tmp_path: Path) -> None:
    first = Place(var=tmp_path / "first", throwaway=False)
    first.prepare()
    outside = first.for_postgres(SOMEBODY)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "postgres").symlink_to(outside)
    other = Place(var=tmp_path / "copy", throwaway=False).for_postgres(SOMEBODY)
    try:
        assert other != outside
        (tmp_path / "first").rename(tmp_path / "moved")
        assert Place(var=tmp_path / "moved", throwaway=False).for_postgres(SOMEBODY) == outside
    finally:
        shutil.rmtree(outside)
        shutil.rmtree(other)


@needs_root
def test_a_directory_that_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    bait = tmp_path / "backroom-0-bait"
    bait.mkdir()
    os.chown(bait, SOMEBODY.uid, SOMEBODY.gid)
    with pytest.raises(DoorError, match="is not ours"):
        places._claim(bait, tmp_path)
    link = tmp_path / "backroom-0-link"
    link.symlink_to(tmp_path)
    with pytest.raises(DoorError, match="is not ours"):
        places._claim(link, tmp_path)


def test_an_account_cannot_reach_what_lies_in_a_closed_directory(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").write_text("")
    assert not SOMEBODY.can_reach(closed / "postgres")
    assert OURSELVES.can_reach(closed / "postgres")


def test_starting_over_keeps_ports_and_nothing_else(place: Place) -> None:
    place.ports.write_text('{"web": 8000}')
    place.keys.write_text("{}")
    place.sandbox.mkdir()
    (place.sandbox / "state.json").write_text("{}")
    (place.var / "postgres").mkdir()
    place.start_over()
    assert sorted(entry.name for entry in place.var.iterdir()) == ["ports.json", "run"]


def test_var_dir_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "elsewhere"))
    assert places.of_checkout().var == tmp_path / "elsewhere"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_of_somebody_else_is_named_with_what_to_do(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o500)
    with pytest.raises(DoorError) as refused:
        Place(var=var, throwaway=False).prepare()
    assert "VAR_DIR" in refused.value.now
