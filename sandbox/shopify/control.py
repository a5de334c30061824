"""The control API under `/_sandbox/`: for tests, demo and benchmarks; needs `X-Sandbox: 1`."""

from starlette.routing import Route

from sandbox.control_edge import Handler, guarded
from sandbox.dials import Dials
from sandbox.shopify.control_logs import Logs
from sandbox.shopify.control_shops import Shops
from sandbox.shopify.faults import Rule
from sandbox.shopify.world import World


def routes(world: World) -> list[Route]:
    """All routes of the control API."""
    shops, logs = Shops(world), Logs(world)
    reads: dict[str, Handler] = {
        "": shops.summary,
        "effects": logs.effects,
        "effects/counts": logs.effect_counts,
        "deliveries": logs.deliveries,
        "deliveries/counts": logs.delivery_counts,
        "calls": logs.calls,
        "shops/{shop}/variants": shops.variants,
        "shops/{shop}/products": shops.products,
        "shops/{shop}/bucket": shops.bucket,
        "shops/{shop}/subscriptions": shops.subscriptions,
    }
    writes: dict[str, Handler] = {
        "shops/{shop}/bucket": shops.set_bucket,
        "shops/{shop}/edit": shops.edit,
        "shops/{shop}/sell": shops.sell,
        "shops/{shop}/restock": shops.restock,
        "shops/{shop}/transfer": shops.transfer,
        "shops/{shop}/delete-product": shops.delete_product,
        "shops/{shop}/suspend-product": shops.suspend_product,
        "shops/{shop}/rotate": shops.rotate,
        "shops/{shop}/scopes": shops.scopes,
        "shops/{shop}/uninstall": shops.uninstall,
        "shops/{shop}/install": shops.install,
    }
    return [
        *(Route(f"/_sandbox/{path}", guarded(h), methods=["GET"]) for path, h in reads.items()),
        *(Route(f"/_sandbox/{path}", guarded(h), methods=["POST"]) for path, h in writes.items()),
        *Dials(world.faults, Rule, world.settings).routes(),
    ]
