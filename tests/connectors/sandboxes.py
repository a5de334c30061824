"""Start a sandbox shop as the process it is in the demo, and speak to its control API."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

DOMAIN = "demo-shop.myshopify.com"
TOKEN = "shpat_demo_0000000000000000000000000000"
_START_SECONDS = 30


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    origin: str

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control API."""
        answer = requests.request(
            method,
            f"{self.origin}/_sandbox/{path}",
            json=body,
            params=query,
            headers={"X-Sandbox": "1"},
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()

    def of_shop(self, path: str, body: Any = None) -> Any:
        """Ask about the demo shop, or tell it something."""
        return self.control("GET" if body is None else "POST", f"shops/{DOMAIN}/{path}", body)

    def fault(self, **rule: Any) -> None:
        """Script a misbehaviour."""
        self.control("POST", "faults", rule)

    def mend(self) -> None:
        """Forget all misbehaviour."""
        self.control("DELETE", "faults")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(state: Path, *options: str) -> Iterator[Sandbox]:
    """Run a sandbox for the length of a block."""
    port = _free_port()
    command = [sys.executable, "-m", "sandbox.shopify", "--state", str(state), "--port", str(port)]
    root = Path(__file__).parents[2]
    with subprocess.Popen([*command, *options], cwd=root) as process:  # noqa: S603 -- our own
        try:
            sandbox = Sandbox(f"http://127.0.0.1:{port}")
            _wait_for(sandbox, process)
            yield sandbox
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(sandbox: Sandbox, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            sandbox.control("GET", "")
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    message = "the sandbox did not start"
    raise RuntimeError(message)
