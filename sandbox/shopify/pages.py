"""Pages for people."""
from starlette.routing import Route
from sandbox.shopify.world import World


def routes(world: World) -> list[Route]:
    return []
