"""Which access scope a field needs (contract §2.4). A write scope implies its read scope."""

from sandbox.shopify.plan import Field

READ_PRODUCTS = ("read_products",)
READ_INVENTORY = ("read_inventory",)
READ_LOCATIONS = ("read_locations",)

# Any one of the listed scopes is enough.
OF_TYPE: dict[str, tuple[str, ...]] = {
    "Product": READ_PRODUCTS,
    "ProductConnection": READ_PRODUCTS,
    "ProductVariant": READ_PRODUCTS,
    "ProductVariantConnection": READ_PRODUCTS,
    "InventoryItem": ("read_inventory", "read_products"),
    "InventoryItemConnection": ("read_inventory", "read_products"),
    "InventoryLevel": READ_INVENTORY,
    "InventoryLevelConnection": READ_INVENTORY,
    "Location": ("read_locations", "read_inventory"),
    "LocationConnection": ("read_locations", "read_inventory"),
}

OF_FIELD: dict[tuple[str, str], tuple[str, ...]] = {
    ("QueryRoot", "productsCount"): READ_PRODUCTS,
    ("QueryRoot", "productVariantsCount"): READ_PRODUCTS,
    ("Mutation", "productVariantsBulkUpdate"): ("write_products",),
    ("Mutation", "productCreate"): ("write_products",),
    ("Mutation", "productUpdate"): ("write_products",),
    ("Mutation", "productDelete"): ("write_products",),
    ("Mutation", "inventorySetQuantities"): ("write_inventory",),
    ("Mutation", "inventoryAdjustQuantities"): ("write_inventory",),
    **{
        ("Location", name): READ_LOCATIONS
        for name in (
            "createdAt",
            "fulfillsOnlineOrders",
            "inventoryLevels",
            "isActive",
            "isPrimary",
            "shipsInventory",
            "updatedAt",
        )
    },
}

OF_TOPIC: dict[str, tuple[str, ...]] = {
    "PRODUCTS": READ_PRODUCTS,
    "VARIANTS": READ_PRODUCTS,
    "INVENTORY_LEVELS": READ_INVENTORY,
    "INVENTORY_ITEMS": ("read_inventory", "read_products"),
    "LOCATIONS": READ_LOCATIONS,
    "ORDERS": ("read_orders",),
    "FULFILLMENTS": ("read_fulfillments",),
}


def granted(scopes: list[str], needed: tuple[str, ...]) -> bool:
    """Is one of `needed` among the granted scopes or implied by them?"""
    return any(scope in scopes or scope.replace("read_", "write_", 1) in scopes for scope in needed)


def needed_by(field: Field) -> tuple[str, ...]:
    """Scopes of which a field needs one; empty when it needs none."""
    return OF_FIELD.get((field.parent, field.name)) or OF_TYPE.get(field.type_name, ())


def required_text(needed: tuple[str, ...]) -> str:
    """`requiredAccess` as the vendor words it."""
    return " or ".join(f"`{scope}` access scope" for scope in needed) + "."


def denied(scopes: list[str], field: Field, path: list[str]) -> tuple[Field, list[str]] | None:
    """The first field at or below `field` that the scopes do not allow, with its path."""
    here = [*path, field.key]
    needed = needed_by(field)
    if needed and not granted(scopes, needed):
        return field, here
    # Branches of an interface are checked against the records that come back, not beforehand.
    if field.selection is None or field.selection.only is None:
        return None
    for child in field.selection.only:
        found = denied(scopes, child, here)
        if found is not None:
            return found
    return None
