"""The records of a shop, as kept in memory and on disk.

Money is a decimal string in the digits of the currency; times are milliseconds (see `clock`).
"""

import msgspec

# Location ids of a shop follow each other, so their last three digits tell them apart.
MOST_LOCATIONS = 1000


class Option(msgspec.Struct, array_like=True, gc=False):
    """A product option such as Size; `values` in the order of first use."""

    id: int
    name: str
    values: list[str]


class Product(msgspec.Struct, array_like=True, gc=False):
    """A product; its variants are listed by id in the order of their position."""

    id: int
    title: str
    handle: str
    vendor: str
    product_type: str
    tags: list[str]
    status: str
    description: str
    options: list[Option]
    variant_ids: list[int]
    created: int
    updated: int
    published: int | None
    colours: tuple[str, str]
    suspended: bool = False


class Variant(msgspec.Struct, array_like=True, gc=False):
    """A variant; `item_id` is its inventory item (one each)."""

    id: int
    product_id: int
    item_id: int
    title: str
    sku: str | None
    barcode: str | None
    price: str
    compare_at: str | None
    position: int
    choices: list[str]
    policy: str
    taxable: bool
    created: int
    updated: int


class Item(msgspec.Struct, array_like=True, gc=False):
    """An inventory item. Its SKU is the variant's."""

    id: int
    variant_id: int
    tracked: bool
    requires_shipping: bool
    cost: str | None
    created: int
    updated: int


class Level(msgspec.Struct, array_like=True, gc=False):
    """Stock of one item at one location; `on_hand` is the sum of all but `incoming`."""

    item_id: int
    location_id: int
    created: int
    updated: int
    available: int = 0
    committed: int = 0
    incoming: int = 0
    reserved: int = 0
    damaged: int = 0
    safety_stock: int = 0
    quality_control: int = 0

    @property
    def on_hand(self) -> int:
        """Available + committed + reserved + damaged + safety stock + quality control."""
        return (
            self.available
            + self.committed
            + self.reserved
            + self.damaged
            + self.safety_stock
            + self.quality_control
        )


class Location(msgspec.Struct):
    """A place that holds stock."""

    id: int
    name: str
    active: bool
    primary: bool
    online: bool
    ships: bool
    created: int
    updated: int


class Subscription(msgspec.Struct):
    """A webhook subscription made by the API."""

    id: int
    topic: str
    uri: str
    format: str
    filter: str | None
    include_fields: list[str]
    metafield_namespaces: list[str]
    name: str | None
    api_version: str
    created: int
    updated: int
    last_success: int = 0
    last_digest: str = ""


class BulkOperation(msgspec.Struct):
    """An export in bulk; `finished` is when it ended, in whatever way.

    `key` names the file of the result, empty while there is none; `size` is its length in bytes.
    """

    id: int
    query: str
    grouped: bool
    status: str
    created: int
    finished: int | None = None
    error: str | None = None
    objects: int = 0
    roots: int = 0
    key: str = ""
    size: int = 0


class Facts(msgspec.Struct):
    """The shop itself and the app installed on it."""

    id: int
    domain: str
    name: str
    email: str
    owner: str
    currency: str
    digits: int
    zone: str
    taxes_included: bool
    plan: str
    points_factor: float
    token: str
    secret: str
    scopes: list[str]
    installation_id: int
    created: int
    next_id: int
    installed: bool = True


KINDS: dict[str, type[msgspec.Struct]] = {
    "facts": Facts,
    "location": Location,
    "product": Product,
    "variant": Variant,
    "item": Item,
    "level": Level,
    "subscription": Subscription,
    "bulk": BulkOperation,
}

KIND_OF: dict[type[msgspec.Struct], str] = {kind: name for name, kind in KINDS.items()}


def key_of(record: msgspec.Struct) -> int:
    """Key of a record on disk: its id; ids of all shops and kinds are distinct.

    Levels have no id; theirs is made of item and location and negative, so it meets no other.
    """
    if isinstance(record, Level):
        return -(record.item_id * MOST_LOCATIONS + record.location_id % MOST_LOCATIONS)
    return record.id  # type: ignore[attr-defined, no-any-return]  # every other kind has one


def gid(kind: str, number: int) -> str:
    """Global id: `gid://shopify/{kind}/{number}`."""
    return f"gid://shopify/{kind}/{number}"
