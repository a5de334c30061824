"""The control API under `/_sandbox/`: for tests, demo and benchmarks; needs `X-Sandbox: 1`."""

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from sandbox.shopify.control_edge import Doc, Handler, body_of, guarded
from sandbox.shopify.control_logs import Logs
from sandbox.shopify.control_shops import Shops
from sandbox.shopify.faults import Rule
from sandbox.shopify.merchant import RefusedError
from sandbox.shopify.world import World


class Control:
    """Faults, settings and counters of the process; each handler returns JSON."""

    def __init__(self, world: World) -> None:
        """Control this world."""
        self.world = world

    async def calls(self, _request: Request) -> Doc:
        """Calls since the process began, by `"{operation} {outcome}"`."""
        return {"calls": dict(self.world.calls)}

    async def faults(self, _request: Request) -> Doc:
        """Active faults and how often each struck."""
        return {"faults": self.world.faults.listed()}

    async def add_fault(self, request: Request) -> Doc:
        """Activate a fault (see `faults.Rule`), or several: `{"faults": [...], "seed"?}`."""
        body = await body_of(request)
        if "seed" in body:
            self.world.faults.reseed(int(body.pop("seed")))
        rules = msgspec.convert(body.get("faults", [body]), list[Rule])
        return {"faults": [msgspec.to_builtins(self.world.faults.add(rule)) for rule in rules]}

    async def clear_faults(self, request: Request) -> Doc:
        """Clear all faults, or the one of `?id=`."""
        number = request.query_params.get("id")
        self.world.faults.clear(int(number) if number else None)
        return {"faults": self.world.faults.listed()}

    async def settings(self, _request: Request) -> Doc:
        """All settings."""
        return msgspec.to_builtins(self.world.settings)  # type: ignore[no-any-return]  # a Struct gives a dict

    async def set_settings(self, request: Request) -> Doc:
        """Change some settings."""
        current = self.world.settings
        merged = msgspec.to_builtins(current) | await body_of(request)
        wanted = msgspec.convert(merged, type(current))
        for name in merged:
            if not hasattr(current, name):
                message = f"there is no setting {name}"
                raise RefusedError(message)
            setattr(current, name, getattr(wanted, name))
        return msgspec.to_builtins(current)  # type: ignore[no-any-return]  # a Struct gives a dict


def routes(world: World) -> list[Route]:
    """All routes of the control API."""
    control, shops, logs = Control(world), Shops(world), Logs(world)
    reads: dict[str, Handler] = {
        "": shops.summary,
        "effects": logs.effects,
        "effects/counts": logs.effect_counts,
        "deliveries": logs.deliveries,
        "deliveries/counts": logs.delivery_counts,
        "calls": control.calls,
        "faults": control.faults,
        "settings": control.settings,
        "shops/{shop}/variants": shops.variants,
        "shops/{shop}/products": shops.products,
        "shops/{shop}/bucket": shops.bucket,
        "shops/{shop}/subscriptions": shops.subscriptions,
    }
    writes: dict[str, Handler] = {
        "faults": control.add_fault,
        "settings": control.set_settings,
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
        Route("/_sandbox/faults", guarded(control.clear_faults), methods=["DELETE"]),
    ]
