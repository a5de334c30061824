"""The lines of a bulk result: one object each, children name their parent (§9)."""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.shopify.bulk_rules import fields_of, node_of
from sandbox.shopify.execution import Call
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import Field, Plan, Selection
from sandbox.shopify.settings import Settings
from sandbox.shopify.state import Shop

if TYPE_CHECKING:
    from sandbox.shopify.world import World

NO_LIMIT = 2**31 - 1

# A root object and all that hangs on it: lines as they are written, parents first.
Group: TypeAlias = list[bytes]


class BulkCall(Call):
    """Runs an inner query without pages: `first` and its kin are ignored, as the vendor does."""

    def __init__(self, world: "World", shop: Shop, plan: Plan) -> None:
        """Nothing is read yet."""
        super().__init__(
            world,
            shop,
            plan,
            {},
            version=world.settings.webhook_api_version,
            request_id="",
            origin=f"https://{shop.domain}",
        )
        self._unlimited = msgspec.structs.replace(
            world.settings, array_ceiling=NO_LIMIT, pagination_depth=NO_LIMIT
        )
        self._nested: list[tuple[Field, Page]] = []

    @property
    def settings(self) -> Settings:
        """The sandbox's settings without the limits of pages."""
        return self._unlimited

    def arguments(self, field: Field) -> dict[str, Any]:
        """Arguments of a field; a connection is asked for all it has."""
        given = super().arguments(field)
        if not field.is_connection:
            return given
        return given | {"first": NO_LIMIT, "last": None, "after": None, "before": None}

    def value(self, field: Field, value: Any) -> Any:
        """Complete a value; a connection is laid aside, it becomes lines of its own."""
        if field.is_connection:
            self._nested.append((field, value))
            return None
        return super().value(field, value)

    def record(self, selection: Selection, record: Any) -> dict[str, Any]:
        """One record without its connections."""
        out = super().record(selection, record)
        for field in fields_of(selection):
            if field.is_connection:
                out.pop(field.key, None)
        return out

    def groups(self) -> Iterator[Group]:
        """Root object by root object, as the shop is when each is reached.

        Raises:
            FieldError: a field cannot be read.
        """
        for root in self.plan.roots:
            self.root, self.root_field = root.key, root
            page: Page = root.resolve(None, self.arguments(root), self)
            for node in page.nodes:
                try:
                    yield [msgspec.json.encode(line) for line in self._lines(root, node, None)]
                except KeyError:
                    # It was deleted since the list was made.
                    continue

    def _lines(self, field: Field, node: Any, parent: str | None) -> Iterator[dict[str, Any]]:
        selection = node_of(field)
        if selection is None:
            return
        self._nested = []
        line = self.record(selection, node)
        nested = self._nested
        if parent is not None:
            line["__parentId"] = parent
        yield line
        for inner, page in nested:
            for child in page.nodes:
                yield from self._lines(inner, child, line["id"])


def arranged(groups: list[Group], *, grouped: bool, seed: int) -> list[bytes]:
    """All lines in an order that promises only what the vendor promises.

    Roots come in any order. Grouped, each is followed by its own; otherwise parents only come
    before their children.
    """
    chance = random.Random(seed)
    if grouped:
        shuffled = list(groups)
        chance.shuffle(shuffled)
        return [line for group in shuffled for line in group]
    placed: list[tuple[float, bytes]] = []
    for group in groups:
        start = chance.random()
        later = sorted(chance.uniform(start, 1) for _ in group[1:])
        placed += zip([start, *later], group, strict=True)
    return [line for _, line in sorted(placed, key=lambda pair: pair[0])]
