"""Points of an operation by contract §3.2."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.shopify.plan import Field, Plan, Selection
from sandbox.shopify.settings import Settings

VALUE_TYPES = frozenset({"MoneyV2", "MoneyBag", "MailingAddress", "LocationAddress", "Weight"})
COUNT_COST = 10
MUTATION_COST = 10
VARIANT_COST = 0.2
CONNECTION_COST = 2
# Dynamic parts of mutations: points per row of a list argument.
PER_ROW = {"productVariantsBulkUpdate": ("variants", VARIANT_COST)}

ROUND: dict[str, Callable[[float], int]] = {
    "floor": lambda points: math.floor(points + 1e-9),
    "round": lambda points: math.floor(points + 0.5 + 1e-9),
    "ceil": lambda points: math.ceil(points - 1e-9),
}


def multiplier(rows: int) -> int:
    """How often a connection of `rows` pays for its node: 2 x ln(rows), rounded down."""
    return math.floor(2 * math.log(max(2, rows)))


class Pricing:
    """Prices one plan for one set of arguments.

    `rows` (rows seen per connection) and `missing` (objects that were null) turn the requested cost
    into the actual one.
    """

    def __init__(
        self,
        settings: Settings,
        arguments: Callable[[Field], dict[str, Any]],
        values: Mapping[str, Any],
        rows: Mapping[Field, int] | None = None,
        missing: frozenset[Field] = frozenset(),
    ) -> None:
        """Without `rows` the requested cost is computed."""
        self.settings = settings
        self.arguments = arguments
        self.values = values
        self.rows = rows
        self.missing = missing
        self.details: list[dict[str, Any]] = []

    def plan(self, plan: Plan) -> int:
        """Points of the whole operation."""
        total = 0.0
        for root in plan.roots:
            if not root.wanted(self.values):
                continue
            own = self.mutation(root) if plan.is_mutation else self.field(root)
            children = self.selection(root.selection)
            self.details.append(
                {
                    "path": [root.key],
                    "definedCost": None if root.is_connection else own - children,
                    "requestedTotalCost": own,
                    "requestedChildrenCost": children,
                }
            )
            total += own
        return ROUND[self.settings.cost_rounding](total)

    def mutation(self, root: Field) -> float:
        """10, the dynamic part, and the children of the payload's objects (themselves free)."""
        points = float(MUTATION_COST)
        if root.name in PER_ROW:
            argument, each = PER_ROW[root.name]
            points += each * len(self.arguments(root).get(argument) or ())
        payload = root.selection.only if root.selection and root.selection.only else []
        return points + sum(
            self.selection(field.selection)
            for field in payload
            if field not in self.missing and field.wanted(self.values)
        )

    def selection(self, selection: Selection | None) -> float:
        """Children of an object: for an interface, of the dearest type."""
        if selection is None:
            return 0
        return max(
            (sum(map(self.field, fields)) for fields in selection.fields.values()), default=0
        )

    def field(self, field: Field) -> float:
        """Points of one field with all below it."""
        if field.selection is None or not field.wanted(self.values):
            return 0
        if field.type_name in VALUE_TYPES or field.type_name == "PageInfo":
            return 0
        if field in self.missing:
            return 1
        if field.type_name == "Count" and field.parent == "QueryRoot":
            return COUNT_COST
        if field.is_connection:
            return self.connection(field)
        points = 1 + self.selection(field.selection)
        if field.name == "nodes" and field.parent == "QueryRoot":
            points += self.settings.nodes_cost_per_id * len(self.arguments(field)["ids"])
        return points

    def connection(self, field: Field) -> float:
        """2 + multiplier x node; an empty page is not refunded, a shorter one partly."""
        given = self.arguments(field)
        asked = given.get("first") or given.get("last") or 0
        seen = asked if self.rows is None else (self.rows.get(field) or asked)
        return CONNECTION_COST + multiplier(min(asked, seen)) * self.node(field)

    def node(self, field: Field) -> float:
        """Points of one row of a connection, its own 1 included."""
        points = 1.0
        inner = field.selection.only if field.selection else None
        for part in inner or []:
            if part.name == "nodes":
                points += self.selection(part.selection)
            elif part.name == "edges" and part.selection and part.selection.only:
                points += sum(
                    self.selection(edge.selection)
                    for edge in part.selection.only
                    if edge.name == "node"
                )
        return points
