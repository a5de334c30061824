"""The ASGI application: GraphQL endpoint, control API, human pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.shopify import catalogue, clock, control, pages, resolvers
from sandbox.shopify.bulk import RESULTS
from sandbox.shopify.bulk_results import Results
from sandbox.shopify.endpoint import Endpoint
from sandbox.shopify.entities import Facts
from sandbox.shopify.settings import Settings
from sandbox.shopify.state import Shop
from sandbox.shopify.world import World

ALL_SCOPES = ("write_products", "write_inventory", "read_locations")
OTHER_PRODUCTS = 24


def facts_of_demo(plan: str, factor: float) -> Facts:
    """The demo shop before it has a catalogue."""
    return Facts(
        id=61_000_001,
        domain="demo-shop.myshopify.com",
        name="Maple & Mutt",
        email="hello@demo-shop.example",
        owner="Robin Tremblay",
        currency="CAD",
        digits=2,
        zone="America/Toronto",
        taxes_included=False,
        plan=plan,
        points_factor=factor,
        token="shpat_demo_0000000000000000000000000000",  # noqa: S106 - a stand-in's credential
        secret="shpss_demo_000000000000000000000000000000",  # noqa: S106 - a stand-in's credential
        scopes=list(ALL_SCOPES),
        installation_id=71_000_001,
        created=clock.now_ms(),
        next_id=8_100_000_000_001,
    )


def facts_of_other(plan: str, factor: float) -> Facts:
    """The second, small shop."""
    facts = facts_of_demo(plan, factor)
    facts.id, facts.installation_id, facts.next_id = 62_000_001, 72_000_001, 8_900_000_000_001
    facts.domain = "other-shop.myshopify.com"
    facts.name, facts.owner = "Dockside Gifts", "Alex Chen"
    facts.email = "hello@other-shop.example"
    facts.token = "shpat_other_000000000000000000000000000"  # noqa: S105 - a stand-in's credential
    facts.secret = "shpss_other_00000000000000000000000000000"  # noqa: S105 - a stand-in's credential
    return facts


def open_world(
    folder: Path,
    wish: catalogue.Wish,
    *,
    points: tuple[str, float] = ("standard", 1.0),
    settings: Settings | None = None,
    webhook_map: dict[str, str] | None = None,
) -> World:
    """Load the state folder, or seed the two shops when it is empty.

    Plan and points factor (`points`) are those asked for now, also for an existing folder.
    """
    resolvers.register()
    world = World(folder, settings or Settings(), webhook_map or {})
    small = catalogue.Wish(products=OTHER_PRODUCTS, seed=wish.seed)
    wishes = ((facts_of_demo(*points), wish), (facts_of_other(*points), small))
    for facts, wanted in wishes:
        if facts.domain not in world.shops:
            shop = Shop(facts, world.store, world.settings)
            catalogue.seed(world.store, facts, wanted, shop)
            world.shops[facts.domain] = shop
        world.shops[facts.domain].set_plan(*points)
    for shop in world.shops.values():
        shop.bucket.level = shop.bucket.maximum
    return world


def application(world: World) -> Starlette:
    """The application over a world; its lifespan runs webhooks and bulk operations."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await world.dispatcher.start()
        world.bulk.start()
        yield
        await world.bulk.stop()
        await world.dispatcher.stop()
        world.close()

    return Starlette(
        routes=[
            Route("/admin/api/{version}/graphql.json", Endpoint(world), methods=["POST"]),
            Route(f"/{RESULTS}/{{key}}-final", Results(world), methods=["GET"]),
            *control.routes(world),
            *pages.routes(world),
        ],
        lifespan=lifespan,
    )
