"""From bytes to items: the contract's own lines, what is refused, and memory that stays flat."""

import tracemalloc
from collections.abc import Iterable, Iterator

import pytest

from connectors.shopify.bulk_lines import LONGEST_LINE, Expected, items, split
from connectors.shopify.contracts import ItemStock, StockLevel
from foundation.failures import Failure, Permanent, Transient
from tests.connectors.stock_files import AT, FILE, TIME, WHOLE, item_line, level_line, stock


def read(lines: Iterable[bytes], expected: Expected = WHOLE) -> list[ItemStock]:
    return list(items(iter(lines), expected))


def until_failure(lines: Iterable[bytes], expected: Expected) -> tuple[list[int], Failure]:
    """The items given before the failure, and the failure."""
    given: list[int] = []
    with pytest.raises(Failure) as caught:
        given.extend(item.item_id for item in items(iter(lines), expected))
    return given, caught.value


def test_items_come_with_their_levels_in_the_order_of_the_file() -> None:
    assert read(FILE) == [stock(8002, 501, 502), stock(8003), stock(8001, 502)]
    assert read([], Expected(0, 0)) == []


def test_what_is_not_told_is_none_or_empty() -> None:
    bare = level_line(1, 5, quantities=[{"name": "available", "quantity": -2}], updatedAt=TIME)
    (item,) = read([item_line(1, sku=None, tracked=False), bare], Expected(2, 1))
    assert item == ItemStock(
        1,
        "",
        tracked=False,
        updated_at=AT,
        levels=(StockLevel(1, 5, -2, None, None, None, AT),),
    )


def test_a_sku_that_looks_like_a_child_is_a_sku() -> None:
    (item,) = read([item_line(1, sku='"__parentId":"x"')], Expected(1, 1))
    assert item.sku == '"__parentId":"x"'


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_pieces_of_any_size_make_the_same_lines(size: int) -> None:
    body = b"\n".join(FILE) + b"\n\n"
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert list(split(pieces)) == FILE
    assert list(split([body.rstrip()])) == FILE, "the last line may lack its end"
    windows = split([body.replace(b"\n", b"\r\n")])
    assert [line.rstrip() for line in windows] == FILE


def test_a_line_without_end_is_not_kept() -> None:
    with pytest.raises(Permanent, match="longer than 1,048,576 bytes"):
        list(split(b"x" * 65_536 for _ in range(LONGEST_LINE)))


@pytest.mark.parametrize("kept", range(len(FILE)))
def test_a_file_that_ends_early_is_fetched_again_and_gives_no_item_in_part(kept: int) -> None:
    for last in (b"", FILE[kept][: len(FILE[kept]) // 2]):
        given, failure = until_failure([*FILE[:kept], *filter(None, [last])], WHOLE)
        assert type(failure) is Transient
        assert "Shopify counted 6 and 3" in failure.message
        # The item at the end may lack levels.
        assert given == [[], [], [], [], [8002], [8002, 8003]][kept]


def test_a_file_that_holds_more_than_was_counted_is_not_believed() -> None:
    given, failure = until_failure(FILE, Expected(objects=5, items=3))
    assert (type(failure), given) == (Transient, [8002, 8003])


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (level_line(8009, 501), "does not stand behind its item"),
        (item_line(8004, tracked=None), "$.tracked"),
        (level_line(8002, 503, quantities=None), "$.quantities"),
        (item_line(8004, updatedAt="yesterday"), "$.updatedAt"),
        (item_line(8004, id="gid://shopify/InventoryItem/none"), "invalid literal"),
        (level_line(8002, 503, location={"id": "nowhere"}), "invalid literal"),
        (b"<html>", "malformed"),
        (b'{"id": "\xff"}', "utf-8"),
    ],
)
def test_lines_that_were_not_asked_for_are_refused_with_their_place(
    line: bytes, place: str
) -> None:
    lines = [*FILE[:2], line, *FILE[2:]]
    _, failure = until_failure(lines, Expected(objects=7, items=4))
    assert isinstance(failure, Permanent)
    assert place.lower() in failure.message.lower()
    assert "of the stock export is not what was asked for" in failure.message


def test_a_level_before_every_item_is_refused() -> None:
    _, failure = until_failure(FILE[1:], WHOLE)
    assert isinstance(failure, Permanent)
    assert failure.message.startswith("Line 1 of the stock export")


def pieces(count: int) -> Iterator[bytes]:
    """A file of so many items with two levels each, in pieces that do not end with lines."""
    rest = b""
    for number in range(1, count + 1):
        rest += b"\n".join([item_line(number), level_line(number, 501), level_line(number, 502)])
        rest += b"\n"
        while len(rest) > 60_000:
            yield rest[:60_000]
            rest = rest[60_000:]
    yield rest


def peak(count: int) -> int:
    """Most bytes held while a file is read."""
    tracemalloc.start()
    try:
        given = sum(1 for _ in items(split(pieces(count)), Expected(3 * count, count)))
        assert given == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_shop() -> None:
    peak(200)  # what is made once, before the comparison
    small, large = peak(1_000), peak(20_000)
    assert large < small * 1.2, (small, large)
