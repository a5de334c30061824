"""Products, variants and stock."""

from decimal import Decimal

from msgspec import field

from .envelope import Nodes, Ref, Time, Wire


class Image(Wire):
    """A picture's address."""

    url: str
    alt_text: str | None = None


class Preview(Wire):
    """The picture that stands for a medium."""

    image: Image | None = None


class Media(Wire):
    """A medium; only its preview is read."""

    preview: Preview | None = None


class Product(Wire):
    """Selection of ProductPage."""

    id: str
    title: str
    handle: str
    status: str
    vendor: str
    product_type: str
    tags: list[str]
    created_at: Time
    updated_at: Time
    featured_media: Media | None = None


class ProductsData(Wire):
    """Answer of ProductPage and ProductsChanged."""

    products: Nodes[Product]


class Money(Wire):
    """An amount in the shop's currency."""

    amount: Decimal


class InventoryItemOfVariant(Wire):
    """The inventory item beside a variant."""

    id: str
    tracked: bool
    unit_cost: Money | None = None


class VariantScalars(Wire):
    """Selection of VariantPageFlat."""

    id: str
    title: str
    position: int
    price: Decimal
    inventory_policy: str
    updated_at: Time
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    inventory_quantity: int | None = None


class Variant(VariantScalars, kw_only=True):
    """Selection of VariantPage, VariantsByIds and ProductById; the last leaves out ``product``."""

    inventory_item: InventoryItemOfVariant
    product: Ref | None = None


class VariantsData(Wire):
    """Answer of VariantPage."""

    variants: Nodes[Variant] = field(name="productVariants")


class GlancesData(Wire):
    """Answer of VariantPageFlat."""

    variants: Nodes[VariantScalars] = field(name="productVariants")


class VariantNodesData(Wire):
    """Answer of VariantsByIds."""

    nodes: list[Variant | None]


class ThereData(Wire):
    """Answer of ProductsThere."""

    nodes: list[Ref | None]


class ProductWithVariants(Product, kw_only=True):
    """Selection of ProductById."""

    variants: Nodes[Variant]


class ProductData(Wire):
    """Answer of ProductById."""

    product: ProductWithVariants | None


class Quantity(Wire):
    """One quantity by name."""

    name: str
    quantity: int


class Level(Wire):
    """An item at a location."""

    updated_at: Time
    location: Ref
    quantities: list[Quantity]


class ItemFacts(Wire):
    """An inventory item without its levels: a root line of a stock export."""

    id: str
    tracked: bool
    updated_at: Time
    sku: str | None = None


class Item(ItemFacts, kw_only=True):
    """Selection of StockPage and StockByItemIds."""

    levels: Nodes[Level] = field(name="inventoryLevels")


class StockData(Wire):
    """Answer of StockPage."""

    items: Nodes[Item] = field(name="inventoryItems")


class StockNodesData(Wire):
    """Answer of StockByItemIds."""

    nodes: list[Item | None]


class ItemLevels(Wire):
    """Selection of LevelsOfItem."""

    levels: Nodes[Level] = field(name="inventoryLevels")


class LevelsData(Wire):
    """Answer of LevelsOfItem."""

    item: ItemLevels | None = field(name="inventoryItem")
