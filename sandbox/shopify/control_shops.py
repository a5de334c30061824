"""Control API: one shop, as its merchant and as the vendor's operator."""

import msgspec
from starlette.requests import Request

from sandbox.control_edge import Doc, RefusedError, body_of
from sandbox.shopify import merchant
from sandbox.shopify.entities import Product
from sandbox.shopify.merchant import PriceEdit
from sandbox.shopify.settings import PLANS
from sandbox.shopify.state import Shop, Work
from sandbox.shopify.world import World


def described(product: Product) -> Doc:
    """A product as an object (on disk it is an array)."""
    options = [msgspec.structs.asdict(option) for option in product.options]
    return msgspec.structs.asdict(product) | {"options": options}


class Shops:
    """Handlers; each returns JSON."""

    def __init__(self, world: World) -> None:
        """Act on the shops of this world."""
        self.world = world

    def shop(self, request: Request) -> Shop:
        """The shop of the path (KeyError when unknown)."""
        return self.world.shops[request.path_params["shop"]]

    async def summary(self, _request: Request) -> Doc:
        """What runs here."""
        return {"shops": [self.describe(shop) for shop in self.world.shops.values()]}

    def describe(self, shop: Shop) -> Doc:
        """A shop in numbers."""
        return {
            "domain": shop.domain,
            "name": shop.facts.name,
            "plan": shop.facts.plan,
            "products": len(shop.products),
            "variants": len(shop.variants),
            "locations": list(shop.locations),
            "subscriptions": len(shop.subscriptions),
            "scopes": shop.facts.scopes,
            "installed": shop.facts.installed,
        }

    async def variants(self, request: Request) -> Doc:
        """Every variant with its prices, for comparison with a model."""
        shop = self.shop(request)
        return {
            "variants": [
                {
                    "id": v.id,
                    "product_id": v.product_id,
                    "inventory_item_id": v.item_id,
                    "sku": v.sku,
                    "price": v.price,
                    "compare_at_price": v.compare_at,
                    "updated_ms": v.updated,
                    "available": shop.available(v),
                }
                for v in shop.variants.values()
            ]
        }

    async def products(self, request: Request) -> Doc:
        """Every product with its facts and variant ids."""
        products = self.shop(request).products.values()
        return {"products": [described(product) for product in products]}

    async def edit(self, request: Request) -> Doc:
        """Set prices by hand: `{variant_id, price?, compare_at_price?}` or `{edits: [...]}`."""
        body = await body_of(request)
        edits = msgspec.convert(body.get("edits", [body]), list[PriceEdit])
        return {"at_ms": merchant.edit_prices(self.world, self.shop(request), edits)}

    async def sell(self, request: Request) -> Doc:
        """`{variant_id, quantity?, location_id?}`."""
        body, shop = await body_of(request), self.shop(request)
        merchant.sell(
            self.world, shop, body["variant_id"], body.get("quantity", 1), body.get("location_id")
        )
        return {"available": shop.available(shop.variants[body["variant_id"]])}

    async def restock(self, request: Request) -> Doc:
        """`{variant_id, quantity?, location_id?}`."""
        body, shop = await body_of(request), self.shop(request)
        merchant.restock(
            self.world, shop, body["variant_id"], body.get("quantity", 1), body.get("location_id")
        )
        return {"available": shop.available(shop.variants[body["variant_id"]])}

    async def transfer(self, request: Request) -> Doc:
        """`{variant_id, quantity, from, to}`."""
        body, shop = await body_of(request), self.shop(request)
        places = (body["from"], body["to"])
        merchant.transfer(self.world, shop, body["variant_id"], body["quantity"], places)
        return {"available": shop.available(shop.variants[body["variant_id"]])}

    async def delete_product(self, request: Request) -> Doc:
        """`{product_id}`."""
        body = await body_of(request)
        merchant.delete_product(self.world, self.shop(request), body["product_id"])
        return {"deleted": body["product_id"]}

    async def suspend_product(self, request: Request) -> Doc:
        """`{product_id, suspended?}`."""
        body = await body_of(request)
        suspended = bool(body.get("suspended", True))
        merchant.suspend_product(
            self.world, self.shop(request), body["product_id"], suspended=suspended
        )
        return {"product_id": body["product_id"], "suspended": suspended}

    async def rotate(self, request: Request) -> Doc:
        """`{token?, secret?}`: the old token is dead at once."""
        body = await body_of(request)
        return merchant.rotate(
            self.world, self.shop(request), token=body.get("token"), secret=body.get("secret")
        )

    async def scopes(self, request: Request) -> Doc:
        """`{granted: [...]}`."""
        body = await body_of(request)
        scopes = msgspec.convert(body["granted"], list[str])
        merchant.set_scopes(self.world, self.shop(request), scopes)
        return {"granted": scopes}

    async def uninstall(self, request: Request) -> Doc:
        """The merchant removes the app."""
        merchant.uninstall(self.world, self.shop(request))
        return {"installed": False}

    async def install(self, request: Request) -> Doc:
        """The app is back, with its old token."""
        merchant.install(self.world, self.shop(request))
        return {"installed": True}

    async def bucket(self, request: Request) -> Doc:
        """Read the bucket and its counters."""
        return self.shop(request).bucket.reading()

    async def set_bucket(self, request: Request) -> Doc:
        """`{drain: true}` or `{level}`, `{plan?, points_factor?}`."""
        body, shop = await body_of(request), self.shop(request)
        if "plan" in body or "points_factor" in body:
            plan = body.get("plan", shop.facts.plan)
            if plan not in PLANS:
                message = f"plan must be one of {', '.join(PLANS)}"
                raise RefusedError(message)
            work = Work(shop, source="outside", operation="plan")
            work.edit(shop.facts)
            shop.set_plan(plan, float(body.get("points_factor", shop.facts.points_factor)))
            self.world.commit(work)
        if body.get("drain"):
            shop.bucket.set_level(0)
        elif "level" in body:
            shop.bucket.set_level(float(body["level"]))
        return shop.bucket.reading()

    async def subscriptions(self, request: Request) -> Doc:
        """The shop's webhook subscriptions."""
        return {"subscriptions": list(self.shop(request).subscriptions.values())}
