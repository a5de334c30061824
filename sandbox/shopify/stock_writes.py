"""`inventorySetQuantities` and `inventoryAdjustQuantities` (contract §5)."""

import hashlib
import time
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.shopify import clock, inputs, payloads, versions
from sandbox.shopify.entities import Item, Level, Location, gid
from sandbox.shopify.errors import FieldError
from sandbox.shopify.ids import number_of
from sandbox.shopify.plan import resolves
from sandbox.shopify.state import Work

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Doc: TypeAlias = dict[str, Any]

MOST = 1_000_000_000
REASONS = frozenset(
    [
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    ]
)
SET_NAMES = ("available", "on_hand")
ADJUST_NAMES = (
    "available",
    "damaged",
    "incoming",
    "quality_control",
    "reserved",
    "safety_stock",
)


class _Row(msgspec.Struct):
    """One checked row: the level it moves and by how much."""

    level: Level
    delta: int


class _Write:
    """One stock mutation; `kind` tells set from adjust."""

    def __init__(self, call: "Call", given: Doc, kind: str) -> None:
        self.call = call
        self.shop = call.shop
        self.given = given
        self.kind = kind
        self.list_name = "quantities" if kind == "set" else "changes"
        self.operation = f"inventory{kind.capitalize()}Quantities"
        self.errors: list[Doc] = []
        self.rows: list[_Row] = []

    def error(self, path: list[str], message: str, code: str) -> None:
        self.errors.append({"field": ["input", *path], "message": message, "code": code})

    def run(self) -> Doc:
        strict = self.call.version == "unstable" or self.call.version >= versions.STRICT_STOCK
        key = self.idempotency_key(required=strict)
        if strict:
            self.need_change_from()
        fingerprint = hashlib.sha256(
            self.operation.encode() + msgspec.json.encode(self.given, order="sorted")
        ).hexdigest()
        if key is not None:
            known = self.known(key, fingerprint)
            if known is not None:
                return known
        self.check()
        if self.errors:
            if key is not None:
                self.remember(key, {"fingerprint": fingerprint, "failed": True})
            return {"inventoryAdjustmentGroup": None, "userErrors": self.errors}
        return self.apply(key, fingerprint)

    def idempotency_key(self, *, required: bool) -> str | None:
        field = self.call.root_field
        directives = field.directives if field is not None else ()
        for node in directives:
            if node.name.value == "idempotent":
                key = inputs.literal(node.arguments[0].value, self.call.values)
                if key:
                    return str(key)
        if required:
            message = (
                "The @idempotent directive is required for this mutation but was not provided."
            )
            raise FieldError("BAD_REQUEST", message)
        return None

    def need_change_from(self) -> None:
        name = "InventoryQuantityInput" if self.kind == "set" else "InventoryChangeInput"
        if any("changeFromQuantity" not in row for row in self.given[self.list_name]):
            message = f"{name} must include the following argument: changeFromQuantity."
            raise FieldError("INVALID_FIELD_ARGUMENTS", message)

    def known(self, key: str, fingerprint: str) -> Doc | None:
        oldest = time.time() - self.call.settings.idempotency_seconds
        found = self.shop.store.rows(
            "SELECT doc FROM idempotency WHERE shop = ? AND key = ? AND at >= ?",
            (self.shop.domain, key, oldest),
        )
        if not found:
            return None
        doc = msgspec.json.decode(found[0][0])
        if doc["fingerprint"] != fingerprint:
            code, message = (
                "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
                "The idempotency key was already used with different parameters.",
            )
        elif doc.get("failed"):
            code, message = (
                "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
                "The previous attempt with this idempotency key failed. Use a new key.",
            )
        else:
            return {"inventoryAdjustmentGroup": self.group(doc["group"]), "userErrors": []}
        error = {"field": None, "message": message, "code": code}
        return {"inventoryAdjustmentGroup": None, "userErrors": [error]}

    def remember(self, key: str, doc: Doc) -> None:
        work = Work(self.shop, source="api", operation=self.operation)
        work.idempotency = (key, msgspec.json.encode(doc))
        self.call.world.commit(work)

    def check(self) -> None:
        names = SET_NAMES if self.kind == "set" else ADJUST_NAMES
        code = "INVALID_NAME" if self.kind == "set" else "INVALID_QUANTITY_NAME"
        if self.given["name"] not in names:
            allowed = ", ".join(names)
            self.error(["name"], f"The quantity name must be one of: {allowed}.", code)
        if self.given["reason"] not in REASONS:
            self.error(["reason"], "The specified reason is invalid.", "INVALID_REASON")
        seen: set[tuple[int, int]] = set()
        for at, row in enumerate(self.given[self.list_name]):
            self.check_row(at, row, seen)

    def check_row(self, at: int, row: Doc, seen: set[tuple[int, int]]) -> None:
        path = [self.list_name, str(at)]
        item = self.shop.items.get(number_of(row["inventoryItemId"], "InventoryItem") or 0)
        place = self.shop.locations.get(number_of(row["locationId"], "Location") or 0)
        if item is None:
            message = "The specified inventory item could not be found."
            self.error([*path, "inventoryItemId"], message, "INVALID_INVENTORY_ITEM")
            return
        level = self.shop.levels_of(item.id).get(place.id) if place is not None else None
        if place is None or level is None:
            message = (
                "The specified location could not be found."
                if place is None
                else "The specified inventory item is not stocked at the location."
            )
            self.error([*path, "locationId"], message, "INVALID_LOCATION")
            return
        if not item.tracked:
            message = "The specified inventory item is not tracked."
            self.error([*path, "inventoryItemId"], message, "NON_MUTABLE_INVENTORY_ITEM")
            return
        if (item.id, place.id) in seen and self.kind == "set":
            message = "The combination of inventoryItemId and locationId must be unique."
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            self.error([*path, "locationId"], message, code)
            return
        seen.add((item.id, place.id))
        self.check_quantity(path, row, level)

    def check_quantity(self, path: list[str], row: Doc, level: Level) -> None:
        name = self.given["name"]
        current = getattr(level, name, 0)
        compare = row.get("changeFromQuantity")
        if compare is not None and compare != current:
            message = "The changeFromQuantity argument no longer matches the persisted quantity."
            self.error([*path, "changeFromQuantity"], message, "CHANGE_FROM_QUANTITY_STALE")
            return
        quantity_name = "quantity" if self.kind == "set" else "delta"
        target = row["quantity"] if self.kind == "set" else current + row["delta"]
        if target > MOST:
            message = f"The quantity can't be higher than {MOST}."
            self.error([*path, quantity_name], message, "INVALID_QUANTITY_TOO_HIGH")
        elif target < -MOST:
            message = f"The quantity can't be lower than -{MOST}."
            self.error([*path, quantity_name], message, "INVALID_QUANTITY_TOO_LOW")
        elif target < 0 and self.kind == "set":
            message = "The quantity can't be negative."
            self.error([*path, quantity_name], message, "INVALID_QUANTITY_NEGATIVE")
        else:
            self.rows.append(_Row(level, target - current))

    def apply(self, key: str | None, fingerprint: str) -> Doc:
        shop = self.shop
        work = Work(shop, source="api", operation=self.operation, request_id=self.call.request_id)
        work.edit(shop.facts)
        name = self.given["name"]
        attribute = "available" if name == "on_hand" else name
        changes = []
        for row in self.rows:
            level = row.level
            before = {"available": level.available, "on_hand": level.on_hand}
            work.edit(level)
            setattr(level, attribute, getattr(level, attribute) + row.delta)
            level.updated = work.at
            changes += [
                {
                    "name": told,
                    "delta": row.delta,
                    "item": level.item_id,
                    "place": level.location_id,
                }
                for told in _told(name)
            ]
            if row.delta:
                work.event("inventory_levels/update", payloads.level(shop, level))
            work.effect(
                changed=row.delta != 0,
                variant_id=shop.items[level.item_id].variant_id,
                item_id=level.item_id,
                location_id=level.location_id,
                before=before,
                after={"available": level.available, "on_hand": level.on_hand},
                idempotency_key=key,
            )
        group = {
            "id": shop.take_ids(1),
            "at": work.at,
            "reason": self.given["reason"],
            "reference": self.given.get("referenceDocumentUri"),
            "changes": changes,
        }
        if key is not None:
            doc = {"fingerprint": fingerprint, "group": group}
            work.idempotency = (key, msgspec.json.encode(doc))
        self.call.world.commit(work)
        return {"inventoryAdjustmentGroup": self.group(group), "userErrors": []}

    def group(self, doc: Doc) -> Doc:
        return {
            "id": gid("InventoryAdjustmentGroup", doc["id"]),
            "createdAt": clock.zulu(doc["at"]),
            "reason": doc["reason"],
            "referenceDocumentUri": doc["reference"],
            "changes": [self.change(row) for row in doc["changes"]],
        }

    def change(self, row: Doc) -> Doc:
        item: Item | None = self.shop.items.get(row["item"])
        place: Location | None = self.shop.locations.get(row["place"])
        return {
            "name": row["name"],
            "delta": row["delta"],
            "quantityAfterChange": None,
            "ledgerDocumentUri": None,
            "item": item,
            "location": place,
        }


def _told(name: str) -> tuple[str, ...]:
    """Setting available also lists an on_hand change, and the other way round."""
    if name in SET_NAMES:
        return SET_NAMES
    return (name,) if name == "incoming" else (name, "on_hand")


@resolves("Mutation", "inventorySetQuantities")
def set_quantities(_root: None, args: Doc, call: "Call") -> Doc:
    """Set absolute stock, guarded by changeFromQuantity."""
    return _Write(call, args["input"], "set").run()


@resolves("Mutation", "inventoryAdjustQuantities")
def adjust_quantities(_root: None, args: Doc, call: "Call") -> Doc:
    """Change stock by a difference."""
    return _Write(call, args["input"], "adjust").run()
