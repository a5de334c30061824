"""A stock export's file as Shopify writes it, and what it says."""

import datetime as dt
import json
from typing import Any

from connectors.shopify.bulk_lines import Expected
from connectors.shopify.contracts import ItemStock, StockLevel

TIME = "2026-11-21T10:15:00Z"
AT = dt.datetime(2026, 11, 21, 10, 15, tzinfo=dt.UTC)


def item_line(item: int, /, **facts: Any) -> bytes:
    root = {"id": f"gid://shopify/InventoryItem/{item}", "tracked": True, "updatedAt": TIME}
    return json.dumps({**root, "sku": f"SKU-{item}", **facts}).encode()


def level_line(item: int, location: int, available: int = 7, /, **facts: Any) -> bytes:
    child = {
        "id": f"gid://shopify/InventoryLevel/{location}?inventory_item_id={item}",
        "updatedAt": TIME,
        "location": {"id": f"gid://shopify/Location/{location}"},
        "quantities": [
            {"name": "available", "quantity": available},
            {"name": "on_hand", "quantity": available + 1},
            {"name": "committed", "quantity": 1},
            {"name": "incoming", "quantity": 0},
        ],
        "__parentId": f"gid://shopify/InventoryItem/{item}",
    }
    return json.dumps({**child, **facts}).encode()


def stock(item: int, *locations: int) -> ItemStock:
    levels = tuple(StockLevel(item, location, 7, 8, 1, 0, AT) for location in locations)
    return ItemStock(item, f"SKU-{item}", tracked=True, updated_at=AT, levels=levels)


FILE = [
    item_line(8002),
    level_line(8002, 501),
    level_line(8002, 502),
    item_line(8003),
    item_line(8001),
    level_line(8001, 502),
]
WHOLE = Expected(objects=6, items=3)
