"""Execution of a plan over records in memory: synchronous, dictionaries out.

graphql-core executes a page of 250 rows in tens of milliseconds; this takes about one.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.shopify import access, inputs
from sandbox.shopify.entities import (
    BulkOperation,
    Item,
    Level,
    Location,
    Product,
    Subscription,
    Variant,
)
from sandbox.shopify.errors import FieldError, access_denied
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import Field, Plan, Selection
from sandbox.shopify.search import Query
from sandbox.shopify.settings import Settings
from sandbox.shopify.state import Shop

if TYPE_CHECKING:
    from sandbox.shopify.world import World

TYPE_OF: dict[type, str] = {
    Product: "Product",
    Variant: "ProductVariant",
    Item: "InventoryItem",
    Level: "InventoryLevel",
    Location: "Location",
    Subscription: "WebhookSubscription",
    BulkOperation: "BulkOperation",
}


NOTHING: dict[str, Any] = {}


class Call:
    """One request while it runs."""

    def __init__(  # noqa: PLR0913 - a request has this many facts
        self,
        world: "World",
        shop: Shop,
        plan: Plan,
        values: Mapping[str, Any],
        *,
        version: str,
        request_id: str,
        origin: str,
    ) -> None:
        """`version` is the API version in use, `origin` where pictures are served from."""
        self.world = world
        self.shop = shop
        self.plan = plan
        self.values = values
        self.version = version
        self.request_id = request_id
        self.origin = origin
        self.root = ""
        self.root_field: Field | None = None
        self.errors: list[dict[str, Any]] = []
        self.search: list[dict[str, Any]] = []
        self.rows: dict[Field, int] = {}
        self.seen: set[Field] = set()
        self.nulls: set[Field] = set()
        self._arguments: dict[Field, dict[str, Any]] = {}

    @property
    def settings(self) -> Settings:
        """The sandbox's settings."""
        return self.world.settings

    @property
    def missing(self) -> frozenset[Field]:
        """Object fields that were null wherever they stood."""
        return frozenset(self.nulls - self.seen)

    def arguments(self, field: Field) -> dict[str, Any]:
        """Arguments of a field; the same for every row."""
        known = self._arguments.get(field)
        if known is None:
            known = inputs.arguments(field.definitions, field.argument_nodes, self.values)
            self._arguments[field] = known
        return known

    def warn(self, text: str, query: Query) -> None:
        """Report ignored search terms in `extensions.search`."""
        self.search.extend(
            {"path": [self.root], "query": text, **warning} for warning in query.warnings
        )

    def run(self) -> dict[str, Any] | None:
        """Execute all root fields; errors are collected in `errors`.

        None when a root field that may not be null failed: then there is no data at all.
        """
        data: dict[str, Any] = {}
        for root in self.plan.roots:
            if not root.wanted(self.values):
                continue
            self.root, self.root_field = root.key, root
            data[root.key] = self._run_root(root)
        nullified = any(
            root.is_required and data.get(root.key, root) is None for root in self.plan.roots
        )
        return None if nullified else data

    def _run_root(self, root: Field) -> Any:
        refused = access.denied(self.shop.facts.scopes, root, [])
        if refused is not None:
            field, path = refused
            self._deny(field.name, access.needed_by(field), path)
            return None
        try:
            self._check_sizes(root)
            return self.value(root, root.resolve(None, self.arguments(root), self))
        except FieldError as error:
            self.errors.append(
                {
                    "message": error.message,
                    "locations": self._place(root),
                    "extensions": error.extensions,
                    "path": [root.key],
                }
            )
            return None

    def _place(self, root: Field) -> list[dict[str, int]]:
        for node in self.plan.node.selection_set.selections:
            if node.loc and getattr(getattr(node, "name", None), "value", "") == root.name:
                token = node.loc.start_token
                return [{"line": token.line, "column": token.column}]
        return []

    def _deny(self, name: str, needed: tuple[str, ...], path: list[str]) -> None:
        entry = access_denied(name, access.required_text(needed))
        self.errors.append(entry | {"path": path})

    def _check_sizes(self, root: Field) -> None:
        exempt = "variants" if root.name == "productVariantsBulkUpdate" else None
        for name, value in self.arguments(root).items():
            most = self.settings.array_ceiling
            if name == exempt:
                most = self.settings.variants_ceiling
            self._check_size(value, most)

    def _check_size(self, value: Any, most: int) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                self._check_size(inner, most)
        elif isinstance(value, list) and len(value) > most:
            message = (
                f"The input array size of {len(value)} is greater than the maximum allowed of "
                f"{most}."
            )
            raise FieldError("MAX_INPUT_SIZE_EXCEEDED", message)

    def value(self, field: Field, value: Any) -> Any:
        """Complete a resolved value: leaf as it is, records by their selection."""
        selection = field.selection
        if selection is None:
            return value
        if value is None:
            self.nulls.add(field)
            return None
        self.seen.add(field)
        if not field.is_list and not field.is_connection:
            return self.record(selection, value)
        if isinstance(value, Page):
            self.rows[field] = max(self.rows.get(field, 0), len(value.nodes))
        if field.is_list:
            return [None if row is None else self.record(selection, row) for row in value]
        return self.record(selection, value)

    def record(self, selection: Selection, record: Any) -> dict[str, Any]:
        """One record by its selection."""
        fields = selection.only
        if fields is None:
            type_name = TYPE_OF.get(type(record)) or record["__typename"]
            fields = selection.fields[type_name]
            self._check_branch(type_name)
        out: dict[str, Any] = {}
        for field in fields:
            if field.plain:
                out[field.key] = field.resolve(record, NOTHING, self)
                continue
            if field.conditions and not field.wanted(self.values):
                continue
            given = self.arguments(field) if field.definitions else NOTHING
            value = field.resolve(record, given, self)
            out[field.key] = value if field.selection is None else self.value(field, value)
        return out

    def _check_branch(self, type_name: str) -> None:
        needed = access.OF_TYPE.get(type_name, ())
        if needed and not access.granted(self.shop.facts.scopes, needed):
            text = access.required_text(needed)
            entry = access_denied(self.root, text)
            raise FieldError(
                "ACCESS_DENIED",
                entry["message"],
                documentation=entry["extensions"]["documentation"],
                requiredAccess=text,
            )
