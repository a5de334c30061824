"""Under which account PostgreSQL runs.

PostgreSQL refuses to run as root. Started by root it runs as an unprivileged account that every
system has, and only its own data directory belongs to that account. Nothing here creates an account
or changes the rights of a directory that is not ours.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from config.door.errors import DoorError

if TYPE_CHECKING:
    from pathlib import Path

UNPRIVILEGED = "nobody"


class Switch(TypedDict, total=False):
    """The arguments by which `subprocess` starts a program under another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An account by number, and whether reaching it needs root's right to switch."""

    uid: int
    gid: int
    switched: bool

    def switch(self) -> Switch:
        """Give `subprocess.Popen` what it needs to start a program under this account."""
        return Switch(user=self.uid, group=self.gid, extra_groups=[]) if self.switched else Switch()

    def own(self, path: Path) -> None:
        """Hand a path to the account."""
        if self.switched:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Tell whether the account may enter every directory above `path` and read it.

        Only the owner and the "others" bits are looked at: access lists may allow more, and then a
        copy is made that was not needed.
        """
        if not self.switched:
            return True
        return all(self._allows(part) for part in (*path.resolve().parents, path.resolve()))

    def _allows(self, path: Path) -> bool:
        status = path.stat()
        needed = stat.S_IXOTH if stat.S_ISDIR(status.st_mode) else stat.S_IROTH
        if status.st_uid == self.uid:
            needed <<= 6
        return bool(status.st_mode & needed)


def for_postgres() -> Account:
    """Choose the account: ourselves, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise DoorError(
            what=f"There is no account {UNPRIVILEGED} on this machine.",
            why="PostgreSQL refuses to run as root, so the door runs it as that account.",
            now="start ./run as an ordinary user, or name a server by DATABASE_URL",
        ) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)
