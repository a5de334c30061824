"""The ASGI application: API, payment page, control API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.stripe import control, versions
from sandbox.stripe.endpoint import Endpoint
from sandbox.stripe.hosted import PaymentPage
from sandbox.stripe.settings import Settings
from sandbox.stripe.state import Account, Facts
from sandbox.stripe.world import World

FOUNDED = 1_700_000_000


def facts_of_demo() -> Facts:
    """The account of the demo shop."""
    return Facts(
        id="acct_1DemoMapleMutt00",
        name="Maple & Mutt",
        email="hello@demo-shop.example",
        key="sk_test_demo0000000000000000000000000000",
        api_version=versions.LATEST,
        created=FOUNDED,
    )


def facts_of_other() -> Facts:
    """The account of somebody else."""
    return Facts(
        id="acct_1OtherDockside00",
        name="Dockside Gifts",
        email="hello@other-shop.example",
        key="sk_test_other000000000000000000000000000",
        api_version=versions.LATEST,
        created=FOUNDED,
    )


def open_world(
    folder: Path,
    *,
    settings: Settings | None = None,
    webhook_map: dict[str, str] | None = None,
) -> World:
    """Load the state folder, or make the two accounts when it is empty."""
    world = World(folder, settings or Settings(), webhook_map or {})
    for facts in (facts_of_demo(), facts_of_other()):
        if facts.id not in world.accounts:
            account = world.accounts[facts.id] = Account(facts)
            world.save_facts(account)
    return world


def application(world: World) -> Starlette:
    """The application over a world; its lifespan runs webhooks and the clock."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await world.start()
        yield
        await world.stop()

    return Starlette(
        routes=[
            Route("/v1/{path:path}", Endpoint(world), methods=["GET", "POST", "DELETE"]),
            *PaymentPage(world).routes(),
            *control.routes(world),
        ],
        lifespan=lifespan,
    )
