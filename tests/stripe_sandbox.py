"""A sandbox Stripe of one's own, as a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.demo.stripe_account import StripeAccount
from config.demo.waiting import wait_until
from config.door.health import tcp_accepts
from config.door.ports import any_free

HOST = "api.stripe.com"


@contextmanager
def running_stripe(state: Path, *arguments: str) -> Iterator[StripeAccount]:
    """Run a sandbox on a free port and give its account."""
    port = any_free()
    command = [sys.executable, "-m", "sandbox.stripe", "--port", str(port), "--rate", "0"]
    with (state.parent / f"{state.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own sandbox
            [*command, "--state", str(state), *arguments], stdout=log, stderr=log
        )
        try:
            wait_until(lambda: tcp_accepts(port), f"the sandbox on port {port}", seconds=30)
            yield StripeAccount(url=f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=10)
