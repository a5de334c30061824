"""Times as the vendor writes them. Inside, a time is an integer of milliseconds since 1970."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sandbox.clock import MS, now_ms

__all__ = ["MS", "local", "now_ms", "parse_ms", "zulu", "zulu_ms", "zulu_ns"]


@lru_cache(maxsize=65_536)
def _zulu_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zulu(ms: int) -> str:
    """GraphQL `DateTime`: whole seconds with `Z`."""
    return _zulu_second(ms // MS)


def zulu_ms(ms: int) -> str:
    """`variant_gids[].updated_at` of a webhook: milliseconds with `Z`."""
    return f"{_zulu_second(ms // MS)[:-1]}.{ms % MS:03d}Z"


def zulu_ns(ns: int) -> str:
    """Header `X-Shopify-Triggered-At`: nanoseconds with `Z`."""
    return f"{_zulu_second(ns // 1_000_000_000)[:-1]}.{ns % 1_000_000_000:09d}Z"


@lru_cache(maxsize=65_536)
def _local_second(second: int, zone: str) -> str:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).isoformat(timespec="seconds")


def local(ms: int, zone: str) -> str:
    """Time of a webhook payload: whole seconds with the shop's offset."""
    return _local_second(ms // MS, zone)


def parse_ms(text: str) -> int:
    """Read an ISO 8601 date or time (UTC when it names no zone).

    Raises:
        ValueError: the text is no such time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * MS)
