"""The control API under `/_sandbox/`: for tests, demo and benchmarks. Every call needs `X-Sandbox: 1`."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.shopify import merchant
from sandbox.shopify.entities import Product
from sandbox.shopify.faults import Rule
from sandbox.shopify.merchant import PriceEdit, RefusedError
from sandbox.shopify.settings import PLANS
from sandbox.shopify.state import Shop, Work
from sandbox.shopify.world import World

Doc: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Request], Awaitable[Any]]

MOST_ROWS = 10_000


def answer(body: Any, status: int = 200) -> Response:  # noqa: ANN401 - JSON
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Demand the header; turn refusals into 400 and unknown shops into 404, both with words."""

    async def serve(request: Request) -> Response:
        if request.headers.get("x-sandbox") != "1":
            return answer({"error": "the header X-Sandbox: 1 is missing"}, 403)
        try:
            return answer(await handler(request))
        except KeyError as error:
            return answer({"error": f"missing or unknown: {error.args[0]}"}, 404)
        except (RefusedError, ValueError, ArithmeticError, msgspec.MsgspecError) as error:
            return answer({"error": str(error)}, 400)

    return serve


async def body_of(request: Request) -> Doc:
    """The JSON object sent; an empty body is an empty object.

    Raises:
        RefusedError: something else was sent.
    """
    raw = await request.body()
    body = msgspec.json.decode(raw) if raw else {}
    if not isinstance(body, dict):
        message = "the body must be a JSON object"
        raise RefusedError(message)
    return body


def described(product: Product) -> Doc:
    """A product as an object (on disk it is an array)."""
    options = [msgspec.structs.asdict(option) for option in product.options]
    return msgspec.structs.asdict(product) | {"options": options}


def _wanted(row: Doc, query: QueryParams) -> bool:
    if "variant_id" in query and row["variant_id"] != int(query["variant_id"]):
        return False
    return "changed" not in query or row["changed"] is (query["changed"] == "1")


class Control:
    """Handlers; each returns JSON."""

    def __init__(self, world: World) -> None:
        """Control this world."""
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
        """Set prices by hand: `{"edits": [{variant_id, price?, compare_at_price?}]}` or one such."""
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
        merchant.transfer(
            self.world, shop, body["variant_id"], body["quantity"], body["from"], body["to"]
        )
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

    async def effects(self, request: Request) -> Doc:
        """Effects after `since` (a seq): `?shop=&source=&operation=&changed=1&variant_id=&limit=`.

        The last unit of work is never cut, so a few more rows than `limit` may come.
        """
        query = request.query_params
        since, limit = int(query.get("since", "0")), int(query.get("limit", MOST_ROWS))
        clauses, values = ["last > ?"], [str(since)]
        for name in ("shop", "source", "operation"):
            if name in query:
                clauses.append(f"{name} = ?")
                values.append(query[name])
        if query.get("changed") == "1":
            clauses.append("changed > 0")
        statement = f"SELECT first, last, doc FROM effect WHERE {' AND '.join(clauses)} ORDER BY first"  # noqa: S608 - names from the list above
        result: list[Doc] = []
        reached = since
        for first, last, doc in self.world.store.connection.execute(statement, values):
            if len(result) >= limit:
                break
            work = msgspec.json.decode(doc)
            result += [
                {"seq": seq, **work["head"], **row}
                for seq, row in enumerate(work["rows"], start=first)
                if seq > since and _wanted(row, query)
            ]
            reached = last
        return {"effects": result, "last_seq": reached}

    async def effect_counts(self, _request: Request) -> Doc:
        """How many effects by shop, source and operation, and how many changed something."""
        rows = self.world.store.rows(
            "SELECT shop, source, operation, sum(last - first + 1), sum(changed)"
            " FROM effect GROUP BY 1, 2, 3"
        )
        names = ("shop", "source", "operation", "count", "changed")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}

    async def deliveries(self, request: Request) -> Doc:
        """Delivery rows after `since` (an id): `?shop=&status=&topic=&body=1&limit=`."""
        query = request.query_params
        clauses, values = ["id > ?"], [query.get("since", "0")]
        for name in ("shop", "status", "topic"):
            if name in query:
                clauses.append(f"{name} = ?")
                values.append(query[name])
        limit = min(int(query.get("limit", 1000)), MOST_ROWS)
        statement = (
            f"SELECT id, doc, body FROM delivery WHERE {' AND '.join(clauses)} ORDER BY id LIMIT {limit}"  # noqa: S608, E501 - names from the list above, a number
        )
        result = []
        for number, doc, body in self.world.store.rows(statement, values):
            row = msgspec.json.decode(doc) | {"id": number}
            del row["secret"], row["body"]
            if query.get("body"):
                row["body"] = msgspec.Raw(body)
            result.append(row)
        return {"deliveries": result}

    async def delivery_counts(self, _request: Request) -> Doc:
        """How many deliveries by shop, topic and status."""
        rows = self.world.store.rows(
            "SELECT shop, topic, status, count(*) FROM delivery GROUP BY 1, 2, 3"
        )
        names = ("shop", "topic", "status", "count")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}

    async def subscriptions(self, request: Request) -> Doc:
        """The shop's webhook subscriptions."""
        return {"subscriptions": list(self.shop(request).subscriptions.values())}

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
    control = Control(world)
    reads: dict[str, Handler] = {
        "": control.summary,
        "effects": control.effects,
        "effects/counts": control.effect_counts,
        "deliveries": control.deliveries,
        "deliveries/counts": control.delivery_counts,
        "calls": control.calls,
        "faults": control.faults,
        "settings": control.settings,
        "shops/{shop}/variants": control.variants,
        "shops/{shop}/products": control.products,
        "shops/{shop}/bucket": control.bucket,
        "shops/{shop}/subscriptions": control.subscriptions,
    }
    writes: dict[str, Handler] = {
        "faults": control.add_fault,
        "settings": control.set_settings,
        "shops/{shop}/bucket": control.set_bucket,
        "shops/{shop}/edit": control.edit,
        "shops/{shop}/sell": control.sell,
        "shops/{shop}/restock": control.restock,
        "shops/{shop}/transfer": control.transfer,
        "shops/{shop}/delete-product": control.delete_product,
        "shops/{shop}/suspend-product": control.suspend_product,
        "shops/{shop}/rotate": control.rotate,
        "shops/{shop}/scopes": control.scopes,
        "shops/{shop}/uninstall": control.uninstall,
        "shops/{shop}/install": control.install,
    }
    return [
        *(Route(f"/_sandbox/{path}", guarded(h), methods=["GET"]) for path, h in reads.items()),
        *(Route(f"/_sandbox/{path}", guarded(h), methods=["POST"]) for path, h in writes.items()),
        Route("/_sandbox/faults", guarded(control.clear_faults), methods=["DELETE"]),
    ]
