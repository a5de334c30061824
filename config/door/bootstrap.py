"""Build `.venv` from the lock: run by `./run` as a plain script, before anything is installed.

Uses the standard library only. The lock is installed by uv (about 4 s), itself installed by pip
from its own hash-pinned block of the same lock; when uv fails for whatever reason, pip installs
everything (about 100 s). Every file is checked against the hashes in the lock either way.

Where packages come from is the machine's business: pip reads its own configuration, and because uv
does not, what pip is configured with is handed on to uv. No index address is written in this
repository.

Several `./run`s may start at once in one checkout: one builds, the others wait for it and find it
done.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOCK = "requirements.lock"
# What pip's configuration calls a thing, and the variable by which uv is told the same.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


class CannotBuildError(Exception):
    """The environment cannot be built; the message says what, why and what to do now."""


def say(text: str) -> None:
    """Tell the person something; standard output belongs to the command that follows."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def is_current(checkout: Path) -> bool:
    """Tell whether `.venv` is what this lock asks for.

    Installed from it, at this place, by an interpreter that is still there.
    """
    venv = checkout / ".venv"
    stamp = venv / "installed.lock"
    place = venv / "installed.place"
    return (
        (venv / "bin" / "python").exists()
        and stamp.exists()
        and filecmp.cmp(checkout / LOCK, stamp, shallow=False)
        and place.exists()
        and place.read_text() == f"{checkout}\n"
    )


def make_venv(checkout: Path) -> None:
    """Create an empty `.venv` with pip, replacing one that was made elsewhere or no longer runs.

    The interpreter is named by its real path (`python3.11`, not `python3`), so that a system
    upgrade to another Python makes the link dangle, which is noticed, instead of pointing to one
    that finds no packages.
    """
    venv = checkout / ".venv"
    place = venv / "installed.place"
    python = venv / "bin" / "python"
    if python.exists() and place.exists() and place.read_text() == f"{checkout}\n":
        return
    if venv.exists():
        say("The virtual environment was made elsewhere, or not to the end: making it anew.")
        shutil.rmtree(venv)
    interpreter = os.path.realpath(sys.executable)
    made = subprocess.run(
        [interpreter, "-m", "venv", str(venv)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        shutil.rmtree(venv, ignore_errors=True)
        message = (
            f"python3 ({interpreter}) cannot make a virtual environment: "
            f"{(made.stdout + made.stderr).strip() or 'it gave no reason'}\n"
            "The module venv or ensurepip is most likely missing. "
            f"Debian, Ubuntu: apt install python3-venv (or python3.{sys.version_info.minor}-venv)."
        )
        raise CannotBuildError(message)
    place.write_text(f"{checkout}\n")


def block_of(lock: str, package: str) -> str:
    """Cut the lines that pin one package, with its hashes, out of a lock."""
    lines = lock.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = start
    while lines[end].rstrip().endswith("\\"):
        end += 1
    return "\n".join(lines[start : end + 1]) + "\n"


def settings_for_uv(python: Path) -> dict[str, str]:
    """Translate pip's configuration (files and PIP_… variables) into uv's environment.

    Variables that uv knows by itself win.
    """
    listed = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    # `global.` comes before `install.` before `:env:.` in pip's precedence; a later one overrides
    # an earlier one.
    order = {"global": 0, "install": 1, ":env:": 2}
    rows = [line.partition("=") for line in listed.splitlines() if "=" in line]
    for key, _, value in sorted(rows, key=lambda row: order.get(row[0].rpartition(".")[0], -1)):
        section, _, name = key.rpartition(".")
        if section in order and name in PIP_TO_UV:
            found[PIP_TO_UV[name]] = " ".join(value.strip("'\"").split("\\n")).strip()
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = ",".join(found["UV_FIND_LINKS"].split())
    # pip asks every index for every package; uv by default stops at the first that knows the name.
    if "UV_INDEX" in found:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in found.items() if name not in os.environ}


def install_with_uv(checkout: Path, python: Path, log: Path) -> bool:
    """Install exactly the lock by uv.

    False when uv cannot be had or fails (the reason is in the log).
    """
    uv = python.parent / "uv"
    pinned = block_of((checkout / LOCK).read_text(), "uv")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted, log.open("a") as out:
        wanted.write(pinned)
        wanted.flush()
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "-r",
            wanted.name,
        ]
        if subprocess.run(pip, stdout=out, stderr=out, check=False).returncode != 0:
            return False
        environment = {
            **os.environ,
            **settings_for_uv(python),
            "VIRTUAL_ENV": str(checkout / ".venv"),
        }
        # Compiled once: where PYTHONDONTWRITEBYTECODE is set every process would do it again.
        sync = [str(uv), "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", LOCK]
        try:
            return (
                subprocess.run(
                    sync, cwd=checkout, env=environment, stdout=out, stderr=out, check=False
                ).returncode
                == 0
            )
        except OSError as error:
            out.write(f"uv could not be started: {error}\n")
            return False


def install_with_pip(checkout: Path, python: Path, log: Path) -> None:
    """Install the lock by pip. Slower, and it leaves packages that the lock no longer names."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
    with log.open("a") as out:
        done = subprocess.run(command, cwd=checkout, stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        message = (
            f"The packages in {LOCK} could not be installed. pip's last words:\n{tail}\n"
            "Check that the package index can be reached (pip download pip tells), then start "
            f"./run again; the whole log is {log}."
        )
        raise CannotBuildError(message)


def build(checkout: Path) -> None:
    """Bring `.venv` up to the lock, under a lock of its own so that two builders never meet."""
    if not os.access(checkout, os.W_OK):
        message = (
            f"You ({os.environ.get('USER') or os.getuid()}) may not write in {checkout}, "
            "and its virtual environment is missing or out of date.\n"
            "Let the owner of the checkout start ./run once, or use a clone of your own."
        )
        raise CannotBuildError(message)
    # Beside `.venv`, not in it: it is held while `.venv` is thrown away.
    guard = checkout / "var" / "bootstrap.lock"
    guard.parent.mkdir(exist_ok=True)
    with guard.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./run is installing in this checkout: waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        if is_current(checkout):
            return
        started = time.monotonic()
        say("Installing requirements.lock into .venv (once; a few seconds to two minutes) …")
        stamp = checkout / ".venv" / "installed.lock"
        stamp.unlink(missing_ok=True)
        make_venv(checkout)
        python = checkout / ".venv" / "bin" / "python"
        log = checkout / ".venv" / "install.log"
        log.write_text("")
        if not install_with_uv(checkout, python, log):
            say(f"uv could not install them (why: {log}); pip does it, which takes longer …")
            install_with_pip(checkout, python, log)
        shutil.copyfile(checkout / LOCK, stamp)
        say(f"Installed in {time.monotonic() - started:.0f} s.")


def main() -> int:
    """Build for the checkout named by the first argument.

    1 with a clear sentence when that cannot be done.
    """
    checkout = Path(sys.argv[1])
    try:
        build(checkout)
    except CannotBuildError as error:
        say(str(error))
        return 1
    except PermissionError as error:
        say(
            f"{error.filename} may not be written by you; most likely another user (root?) "
            "ran ./run here before.\n"
            f"Take the checkout over (chown -R you {checkout}) or use a clone of your own."
        )
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next ./run goes on from here.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
