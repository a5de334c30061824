"""Webhook addresses: which ones a vendor takes, and where they really are on this machine.

An address is reached through the operator's map only (`--webhook-map`), so nothing ever leaves.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

OPTION = "--webhook-map"
METAVAR = "https://ORIGIN=http://127.0.0.1:PORT"
HELP = "where webhook addresses of an origin really are; may be repeated or comma separated"


def read_map(pairs: Iterable[str]) -> dict[str, str]:
    """Read `origin=address` pairs."""
    result = {}
    for pair in ",".join(pairs).split(","):
        origin, _, address = pair.strip().partition("=")
        if origin:
            result[origin.rstrip("/")] = address.rstrip("/")
    return result


def located(address: str, webhook_map: Mapping[str, str]) -> str | None:
    """Where an address really is; None when its origin is not mapped."""
    parts = urlsplit(address)
    target = webhook_map.get(f"{parts.scheme}://{parts.netloc}")
    if target is None:
        return None
    return target + parts.path + (f"?{parts.query}" if parts.query else "")


def is_local(host: str) -> bool:
    """Whether a host can only be on the vendor's own machine or network."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
