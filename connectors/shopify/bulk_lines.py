"""From the bytes of a stock export's file to items with their levels (contract §9). No I/O.

The file is asked for grouped: an item, then its levels, then the next item.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from foundation.failures import Permanent, Transient

from . import mapping, wire
from .contracts import ItemStock

LONGEST_LINE: Final = 1024 * 1024  # bytes; ours have some hundred

_kin: Final = msgspec.json.Decoder(wire.Kin).decode
_item: Final = msgspec.json.Decoder(wire.ItemFacts).decode
_level: Final = msgspec.json.Decoder(wire.Level).decode


@dataclass(frozen=True, slots=True)
class Expected:
    """What Shopify counted: ``objects`` are lines, ``items`` those without a parent."""

    objects: int
    items: int


def split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut pieces into lines; empty ones are left out, the last one may lack its end."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line for line in whole if line.strip())
        if len(rest) > LONGEST_LINE:
            message = f"A line of the stock export is longer than {LONGEST_LINE:,} bytes."
            raise Permanent(message)
    if rest.strip():
        yield rest


def items(lines: Iterator[bytes], expected: Expected) -> Iterator[ItemStock]:
    """Give each item when its last level is known.

    Raises ``Transient`` when the file ends early; then the last item, which may lack levels, is
    not given. Raises ``Permanent`` for lines that are not what was asked for.
    """
    reader = _Reader()
    for line in lines:
        try:
            done = reader.take(line)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            # Cut in the middle of its last line, or wrong in the middle of the file?
            if next(lines, None) is None and reader.objects < expected.objects:
                break
            message = (
                f"Line {reader.objects + 1} of the stock export is not what was asked for: {error}."
            )
            raise Permanent(message) from error
        if done is not None:
            yield done
    if (reader.objects, reader.items) != (expected.objects, expected.items):
        message = (
            f"The file of the stock export holds {reader.objects:,} objects and {reader.items:,} "
            f"items; Shopify counted {expected.objects:,} and {expected.items:,}. It was not "
            "whole and is fetched again."
        )
        raise Transient(message)
    last = reader.end()
    if last is not None:
        yield last


class _Reader:
    """One item while its levels come, and the counts so far."""

    def __init__(self) -> None:
        self.objects = self.items = 0
        self._node: wire.ItemFacts | None = None
        self._levels: list[wire.Level] = []

    def take(self, line: bytes) -> ItemStock | None:
        """Read a line; return the item before it if that one is complete now."""
        parent = _kin(line).parent_id
        if parent is not None:
            if self._node is None or self._node.id != parent:
                message = f"a level of {parent} does not stand behind its item"
                raise ValueError(message)
            level = _level(line)
            mapping.number(level.location.id)  # raises here, where the line is known
            self._levels.append(level)
            self.objects += 1
            return None
        node = _item(line)
        mapping.number(node.id)
        done = self.end()
        self._node, self._levels = node, []
        self.objects += 1
        self.items += 1
        return done

    def end(self) -> ItemStock | None:
        """Return the item at hand."""
        return None if self._node is None else mapping.item_stock(self._node, self._levels)
