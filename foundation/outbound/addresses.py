"""The address guard: which hosts may be called, and where their traffic really goes.

Merchants name hosts (a shop's domain, a supplier's server), so a host may point at this machine,
the cloud's metadata service or a neighbour's database. Every address a name resolves to must be
public, and the connection is made to exactly the address that was checked: resolving twice would
let a name change its mind in between (DNS rebinding).

Not done here: no proxy support; the operator's ``OUTBOUND_ADDRESS_MAP`` is the only exception.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from .failures import ForbiddenAddress, NotSent

# NAT64 carries any IPv4 address inside an IPv6 one that looks global.
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request really goes; ``host`` is what the ``Host`` header says."""

    url: str
    host: str
    mapped: bool


def route(url: str, address_map: Mapping[str, str]) -> Route:
    """Check a URL and apply the operator's map. Raises :class:`ForbiddenAddress`.

    ``address_map`` is host → ``http://address:port``: such a request goes there in the clear,
    with the original host in its header.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        message = "The address cannot be read. Check it for typing errors."
        raise ForbiddenAddress(message) from error
    if parts.scheme != "https":
        message = f"{host or 'The address'} is not called: only https addresses are."
        raise ForbiddenAddress(message)
    if not host:
        message = "The address names no host."
        raise ForbiddenAddress(message)
    if parts.username is not None or parts.password is not None:
        message = f"{host} is not called: an address must not carry a user name or password."
        raise ForbiddenAddress(message)
    target = address_map.get(host) if port in (None, 443) else None
    if target is None:
        return Route(url, parts.netloc, mapped=False)
    base = urlsplit(target)
    return Route(
        urlunsplit((base.scheme, base.netloc, parts.path, parts.query, "")),
        parts.netloc,
        mapped=True,
    )


def refusal(address: str) -> str:
    """Say why an IP address must not be called, in a few words; empty when it may."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo or any(ip in net for net in _NAT64):
            return "an IPv4 address in disguise"
        if ip.is_site_local:
            return "private"
    checks = (
        (ip.is_loopback, "this machine itself"),
        (ip.is_link_local, "link-local"),
        (ip.is_multicast, "multicast"),
        (ip.is_unspecified, "no address at all"),
        (ip.is_private, "private"),
        (ip.is_reserved, "reserved"),
        (not ip.is_global, "not public"),
    )
    return next((why for is_so, why in checks if is_so), "")


def public_addresses(host: str, port: int) -> list[str]:
    """Resolve ``host`` and return its addresses, all of them public.

    One forbidden address among good ones refuses the host: which of them a connection takes is
    not ours to choose. Raises :class:`NotSent` when the name does not resolve just now.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"The name {host} could not be resolved ({error}). It is tried again."
        raise NotSent(message) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        why = refusal(address)
        if why:
            message = (
                f"{host} is not called: it points to {address}, which is {why}. Only public "
                "addresses are; the operator can map a host with OUTBOUND_ADDRESS_MAP."
            )
            raise ForbiddenAddress(message)
    return addresses
