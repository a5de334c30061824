"""Where a stack keeps its things.

`var/` of the checkout (or `VAR_DIR`) holds what the person may look at: logs, pid files, ports,
secrets, mails, the sandbox's state. PostgreSQL's data lies there too, except when root runs the
door: then the account that runs PostgreSQL might not be able to reach the checkout (`/root` is
closed), and opening directories that are not ours is out of the question. The data then lies in a
directory of its own under /var/tmp, and `var/postgres` is a link to it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.door.errors import DoorError

if TYPE_CHECKING:
    from config.door.accounts import Account

CHECKOUT = Path(__file__).resolve().parents[2]
ENTERED_BY_ALL = 0o711
OURS_ALONE = 0o700


# For all throwaway stacks of this checkout, whatever `VAR_DIR` says: those within a test have one.
KEPT_SCHEMA = CHECKOUT / "var" / "schema"


@dataclass(frozen=True, slots=True)
class Place:
    """The directories of one stack."""

    var: Path
    throwaway: bool

    @property
    def run(self) -> Path:
        """Hold pid files, ports and the environment of what runs now."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """Hold one log per process."""
        return self.var / "log"

    @property
    def sandbox(self) -> Path:
        """Hold the state of the sandbox shop."""
        return self.var / "sandbox"

    @property
    def stripe_sandbox(self) -> Path:
        """Hold the state of the sandbox that stands in for Stripe."""
        return self.var / "stripe-sandbox"

    @property
    def keys(self) -> Path:
        """Name the file of secrets."""
        return self.var / "keys.json"

    @property
    def ports(self) -> Path:
        """Name the file that remembers ports."""
        return self.var / "ports.json"

    def prepare(self) -> None:
        """Create the directories, for us alone."""
        try:
            self.var.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
            for part in (self.run, self.log):
                part.mkdir(mode=OURS_ALONE, exist_ok=True)
            probe = self.run / ".writable"
            probe.write_text("")
            probe.unlink()
        except PermissionError as error:
            raise DoorError(
                what=f"{error.filename} may not be written.",
                why="most likely another user (root?) has started ./run in this checkout before",
                now=f"take it over (chown -R you {self.var}), or keep your state elsewhere: "
                "VAR_DIR=~/backroom ./run …",
            ) from None

    def start_over(self) -> None:
        """Forget all data; ports stay, so that open pages find the new demo."""
        link = self.var / "postgres"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()
        if not self.var.is_dir():
            return
        for entry in self.var.iterdir():
            if entry in {self.ports, self.run} or entry.name == "bootstrap.lock":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def remove(self) -> None:
        """Remove a throwaway place with all that is in it."""
        if self.throwaway:
            link = self.var / "postgres"
            if link.is_symlink():
                shutil.rmtree(link.resolve(), ignore_errors=True)
            shutil.rmtree(self.var, ignore_errors=True)

    def for_postgres(self, account: Account) -> Path:
        """Give the directory of PostgreSQL's data and, if need be, binaries; made if absent."""
        own = self.var / "postgres"
        if not account.switched:
            own.mkdir(mode=OURS_ALONE, exist_ok=True)
            return own
        if own.is_symlink() and _belongs_to(own.resolve(), self.var):
            return own.resolve()
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        outside = Path("/var/tmp") / f"backroom-{os.geteuid()}-{name}"  # noqa: S108 - see _claim
        _claim(outside, self.var)
        own.unlink(missing_ok=True)
        own.symlink_to(outside)
        return outside


def _belongs_to(outside: Path, var: Path) -> bool:
    """Tell whether the outside directory is this stack's.

    A checkout that was moved takes its data along; one that was copied must not share it with the
    original.
    """
    note = outside / "belongs-to"
    try:
        if outside.stat().st_uid != os.geteuid():
            return False
        other = Path(note.read_text().strip())
    except OSError:
        return False
    if other == var:
        return True
    if (other / "postgres").is_symlink() and (other / "postgres").resolve() == outside:
        return False
    note.write_text(f"{var}\n")
    return True


def _claim(outside: Path, var: Path) -> None:
    """Make a directory where everybody may write.

    One that somebody else has put there before is refused.
    """
    try:
        outside.mkdir(mode=ENTERED_BY_ALL)
    except FileExistsError:
        status = outside.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise DoorError(
                what=f"{outside} exists and is not ours.",
                why="another user has made it; using it would hand them the data",
                now="remove it, or point DATABASE_URL and DATABASE_OWNER_URL to a server",
            ) from None
    outside.chmod(ENTERED_BY_ALL)
    (outside / "belongs-to").write_text(f"{var}\n")


def of_checkout() -> Place:
    """Give the place of this checkout: `var/`, or what `VAR_DIR` names."""
    chosen = os.environ.get("VAR_DIR")
    return Place(
        var=Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "var", throwaway=False
    )


def throwaway(purpose: str) -> Place:
    """Make a place that is removed afterwards."""
    return Place(
        var=Path(tempfile.mkdtemp(prefix=f"backroom-{purpose}-")).resolve(), throwaway=True
    )
