import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.door import bootstrap
from config.door.places import CHECKOUT

LOCK = """\
alpha==1.0 \\
    --hash=sha256:aa
    # via backroom
uv==0.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via backroom
uvicorn==0.3 \\
    --hash=sha256:dd
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment looks installed; its python prints what it is given."""
    (tmp_path / "run").write_text((CHECKOUT / "run").read_text())
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".venv" / "installed.lock").write_text(LOCK)
    (tmp_path / ".venv" / "installed.place").write_text(f"{tmp_path.resolve()}\n")
    return tmp_path.resolve()


def run(checkout: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "run", "manage", "two words"],
        env={**os.environ, **extra},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_checkout_goes_straight_on(checkout: Path) -> None:
    done = run(checkout, PYTHON="/nowhere")
    assert (done.stdout, done.stderr) == ("-m config.door manage two words\n", "")
    assert bootstrap.is_current(checkout)


@pytest.mark.parametrize(
    "change",
    [
        lambda checkout: (checkout / "requirements.lock").write_text(LOCK + "\n"),
        lambda checkout: (checkout / ".venv" / "installed.place").write_text("/elsewhere\n"),
        lambda checkout: (checkout / ".venv" / "installed.lock").unlink(),
        lambda checkout: (checkout / ".venv" / "bin" / "python").unlink(),
    ],
    ids=["another lock", "another place", "interrupted install", "vanished interpreter"],
)
def test_a_stale_environment_is_noticed(checkout: Path, change: object) -> None:
    assert callable(change)
    change(checkout)
    assert not bootstrap.is_current(checkout)
    # `bootstrap.py` is not in this checkout, so the shell's judgement shows by what it tries.
    done = run(checkout, PYTHON=sys.executable)
    assert "bootstrap.py" in done.stderr
    assert done.returncode != 0


def test_a_missing_python_is_said_with_what_to_install(checkout: Path) -> None:
    (checkout / ".venv" / "installed.lock").unlink()
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cmp", "cat"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.10" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = run(checkout, PATH=str(tools))
    assert done.returncode == 1
    assert "3.11 or newer, and found Python 3.8.10" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_a_python_without_ensurepip_is_said_with_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = checkout / "python3"
    bare.write_text("#!/bin/sh\necho 'ensurepip is not available'\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    (checkout / ".venv" / "bin" / "python").unlink()
    with pytest.raises(bootstrap.CannotBuildError, match="apt install python3-venv") as refused:
        bootstrap.make_venv(checkout)
    assert "ensurepip is not available" in str(refused.value)
    assert not (checkout / ".venv").exists()


def test_uv_is_installed_from_its_own_block_of_the_lock() -> None:
    assert bootstrap.block_of(LOCK, "uv") == (
        "uv==0.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    )
    assert "uv==" in bootstrap.block_of((CHECKOUT / bootstrap.LOCK).read_text(), "uv")


def test_uv_is_told_what_pip_is_configured_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_CERT"))]:
        monkeypatch.delenv(name)
    configuration = tmp_path / "pip.conf"
    configuration.write_text(
        "[global]\nindex-url = https://one.example/simple\n"
        "extra-index-url = https://two.example/simple\n    https://three.example/simple\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more-wheels")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    told = bootstrap.settings_for_uv(Path(sys.executable))
    # The machine's own pip.conf is read too, and may name its certificates.
    told.pop("SSL_CERT_FILE", None)
    assert told == {
        "UV_INDEX": "https://two.example/simple https://three.example/simple",
        "UV_FIND_LINKS": "/wheels,/more-wheels",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_checkout_that_may_not_be_written_is_said(checkout: Path) -> None:
    checkout.chmod(0o500)
    with pytest.raises(bootstrap.CannotBuildError, match="clone of your own"):
        bootstrap.build(checkout)
