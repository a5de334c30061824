"""The control API that every sandbox has, on loopback."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

TIMEOUT_SECONDS = 60


class SandboxControl:
    """Speaks to one sandbox by its control API (``sandbox/*/README.md``)."""

    def __init__(self, url: str) -> None:
        """``url`` is the sandbox's address."""
        self._url = url

    def behave(self) -> None:
        """End all faults."""
        self._call("faults", method="DELETE")

    def calls(self) -> dict[str, int]:
        """Return the calls since the sandbox began, by operation and outcome."""
        calls: dict[str, int] = self._get("calls")["calls"]
        return calls

    def faults_struck(self) -> dict[str, int]:
        """Return how often each scripted fault struck."""
        return {rule["kind"]: rule["struck"] for rule in self._get("faults")["faults"]}

    def _deliveries(self, whose: str, since: int, *, bodies: bool) -> Iterator[dict[str, Any]]:
        """Yield webhook deliveries after number ``since``; ``whose``: as in an address."""
        told = f"{whose}{'&body=1' if bodies else ''}"
        while True:
            page = self._get(f"deliveries?since={since}&{told}")["deliveries"]
            yield from page
            if not page:
                return
            since = page[-1]["id"]

    def _deliveries_by_status(self, name: str, value: str) -> dict[str, int]:
        """Count the webhook deliveries of one shop or account by status."""
        counts: dict[str, int] = {}
        for row in self._get("deliveries/counts")["counts"]:
            if row[name] == value:
                counts[row["status"]] = counts.get(row["status"], 0) + row["count"]
        return counts

    def _get(self, path: str) -> dict[str, Any]:
        return self._call(path, method="GET")

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call(path, method="POST", body=json.dumps(body).encode())

    def _call(self, path: str, *, method: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 -- the address is the door's, on loopback
            f"{self._url}/_sandbox/{path}", data=body, method=method, headers={"X-Sandbox": "1"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
        return told
