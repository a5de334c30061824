"""The shop itself and what it holds: facts, scopes, counts, locations."""

from msgspec import field

from .envelope import Nodes, Time, Wire


class Plan(Wire):
    """The shop's plan."""

    public_display_name: str
    shopify_plus: bool
    partner_development: bool


class ResourceLimits(Wire):
    """The shop's limits."""

    max_product_variants: int


class Shop(Wire):
    """Selection of ShopFacts."""

    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str
    taxes_included: bool
    plan: Plan
    resource_limits: ResourceLimits


class ShopData(Wire):
    """Answer of ShopFacts."""

    shop: Shop


class Scope(Wire):
    """A granted scope."""

    handle: str


class Installation(Wire):
    """Selection of GrantedScopes."""

    access_scopes: list[Scope]


class ScopesData(Wire):
    """Answer of GrantedScopes."""

    installation: Installation = field(name="currentAppInstallation")


class Count(Wire):
    """A count; ``limit: null`` makes it exact."""

    count: int


class CountsData(Wire):
    """Answer of CatalogueCounts."""

    products: Count = field(name="productsCount")
    variants: Count = field(name="productVariantsCount")


class Location(Wire):
    """Selection of LocationPage."""

    id: str
    name: str
    is_active: bool
    fulfills_online_orders: bool
    ships_inventory: bool
    updated_at: Time


class LocationsData(Wire):
    """Answer of LocationPage."""

    locations: Nodes[Location]
