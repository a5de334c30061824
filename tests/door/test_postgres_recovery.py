import os
import subprocess
from pathlib import Path

from config.door import postgres_recovery
from config.door.accounts import Account
from config.door.leftovers import is_running

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), switched=False)


def test_a_lock_file_whose_number_somebody_else_has_by_now_is_removed(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    with subprocess.Popen(["sleep", "600"]) as somebody:
        lock.write_text(f"{somebody.pid}\n{tmp_path}\n")
        postgres_recovery.clear_way(tmp_path, OURSELVES)
        assert is_running(somebody.pid)
        somebody.kill()
    assert not lock.exists()


def test_a_lock_file_of_nobody_is_removed(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    for content in ("999999999\n", "", "not a number\n"):
        lock.write_text(content)
        postgres_recovery.clear_way(tmp_path, OURSELVES)
        assert not lock.exists()


def test_no_lock_file_is_no_trouble(tmp_path: Path) -> None:
    postgres_recovery.clear_way(tmp_path, OURSELVES)
    assert list(tmp_path.iterdir()) == []
