"""Resolvers of stock: inventory items, levels, locations."""

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.shopify import clock, paging
from sandbox.shopify.entities import Item, Level, Location, Variant, gid
from sandbox.shopify.errors import FieldError
from sandbox.shopify.ids import number_of
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import resolves

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Args: TypeAlias = dict[str, Any]
Doc: TypeAlias = dict[str, Any]

QUANTITY_NAMES = (
    "available",
    "on_hand",
    "committed",
    "incoming",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
)


@resolves("QueryRoot", "inventoryItem")
def _item(_root: None, args: Args, call: "Call") -> Item | None:
    number = number_of(args["id"], "InventoryItem")
    return None if number is None else call.shop.items.get(number)


@resolves("QueryRoot", "inventoryItems")
def _items(_root: None, args: Args, call: "Call") -> Page:
    return paging.listing(call, "item", args)


@resolves("QueryRoot", "location")
def _location(_root: None, args: Args, call: "Call") -> Location | None:
    if args.get("id") is None:
        return next((place for place in call.shop.locations.values() if place.primary), None)
    number = number_of(args["id"], "Location")
    return None if number is None else call.shop.locations.get(number)


@resolves("QueryRoot", "locations")
def _locations(_root: None, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    every = args.get("includeInactive")
    rows = [place for place in call.shop.locations.values() if place.active or every]
    if args["sortKey"] == "ID":
        return paging.sliced(rows, args, lambda place: place.id)
    return paging.sliced(rows, args, lambda place: place.name)


@resolves("InventoryItem", "id")
def _item_id(item: Item, _args: Args, _call: "Call") -> str:
    return gid("InventoryItem", item.id)


@resolves("InventoryItem", "sku")
def _sku(item: Item, _args: Args, call: "Call") -> str | None:
    return call.shop.variants[item.variant_id].sku


@resolves("InventoryItem", "tracked")
def _tracked(item: Item, _args: Args, _call: "Call") -> bool:
    return item.tracked


@resolves("InventoryItem", "requiresShipping")
def _shipping(item: Item, _args: Args, _call: "Call") -> bool:
    return item.requires_shipping


@resolves("InventoryItem", "unitCost")
def _cost(item: Item, _args: Args, call: "Call") -> Doc | None:
    if item.cost is None:
        return None
    return {"amount": item.cost, "currencyCode": call.shop.facts.currency}


@resolves("InventoryItem", "variants")
def _variants(item: Item, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    rows: list[Variant] = [call.shop.variants[item.variant_id]]
    return paging.sliced(rows, args, lambda variant: variant.id)


@resolves("InventoryItem", "inventoryLevel")
def _level(item: Item, args: Args, call: "Call") -> Level | None:
    number = number_of(args["locationId"], "Location")
    return None if number is None else call.shop.levels_of(item.id).get(number)


@resolves("InventoryItem", "inventoryLevels")
def _levels(item: Item, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    return level_page(list(call.shop.levels_of(item.id).values()), args, by_item=False)


@resolves("Location", "inventoryLevels")
def _levels_here(place: Location, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    here = [
        levels[place.id]
        for number in call.shop.ids("item")
        if place.id in (levels := call.shop.levels_of(number))
    ]
    return level_page(here, args, by_item=True)


class _Numbered:
    """A level with the number it is paged by: levels have no number of their own."""

    def __init__(self, number: int, level: Level) -> None:
        self.id, self.level = number, level


def level_page(levels: list[Level], args: Args, *, by_item: bool) -> Page:
    """Page of levels by location, or by item inside one location."""
    rows = [_Numbered(lv.item_id if by_item else lv.location_id, lv) for lv in levels]
    page = paging.sliced(rows, args, lambda row: row.id)
    levels_here = [row.level for row in page.nodes]
    return msgspec.structs.replace(page, nodes=levels_here, ids=page.values)


@resolves("InventoryLevel", "id")
def _level_id(level: Level, _args: Args, _call: "Call") -> str:
    return level_gid(level)


def level_gid(level: Level) -> str:
    """`gid://shopify/InventoryLevel/{location}?inventory_item_id={item}`."""
    return f"{gid('InventoryLevel', level.location_id)}?inventory_item_id={level.item_id}"


@resolves("InventoryLevel", "isActive")
def _active(_level: Level, _args: Args, _call: "Call") -> bool:
    return True


@resolves("InventoryLevel", "location")
def _place(level: Level, _args: Args, call: "Call") -> Location:
    return call.shop.locations[level.location_id]


@resolves("InventoryLevel", "item")
def _item_here(level: Level, _args: Args, call: "Call") -> Item:
    return call.shop.items[level.item_id]


@resolves("InventoryLevel", "quantities")
def _quantities(level: Level, args: Args, _call: "Call") -> list[Doc]:
    names = args["names"]
    for name in names:
        if name not in QUANTITY_NAMES:
            raise FieldError("INVALID_FIELD_ARGUMENTS", f"The quantity name {name} is invalid.")
    at = clock.zulu(level.updated)
    here = level_gid(level).replace("InventoryLevel", "InventoryQuantity")
    return [
        {
            "id": f"{here}&name={name}",
            "name": name,
            "quantity": getattr(level, name),
            "updatedAt": at,
        }
        for name in names
    ]


@resolves("Location", "id")
def _location_id(place: Location, _args: Args, _call: "Call") -> str:
    return gid("Location", place.id)


def _location_field(name: str, attribute: str) -> None:
    resolves("Location", name)(lambda place, _args, _call: getattr(place, attribute))


for _name, _attribute in {
    "name": "name",
    "isActive": "active",
    "isPrimary": "primary",
    "fulfillsOnlineOrders": "online",
    "shipsInventory": "ships",
}.items():
    _location_field(_name, _attribute)
