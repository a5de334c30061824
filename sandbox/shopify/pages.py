"""Pages for people: look at the shops, sell, restock, edit by hand, see what was written and sent.

Plain HTML, no script, nothing from elsewhere. The forms need no header: this process is local only.
"""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.control_edge import RefusedError
from sandbox.shopify import merchant, page_parts, pictures, search
from sandbox.shopify.merchant import PriceEdit
from sandbox.shopify.state import Shop
from sandbox.shopify.world import World

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

PER_PAGE = 24
RECENT = 40


def known(handler: Handler) -> Handler:
    """Turn unknown shops and refused actions into words."""

    async def serve(request: Request) -> Response:
        try:
            return await handler(request)
        except KeyError as error:
            return _page("Not found", f"<p>There is no {escape(str(error.args[0]))} here.</p>", 404)
        except (RefusedError, ValueError, ArithmeticError) as error:
            return _page("Refused", f"<p>{escape(str(error))}</p>", 400)

    return serve


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page_parts.page(title, body), status)


class Pages:
    """The handlers."""

    def __init__(self, world: World) -> None:
        """Show this world."""
        self.world = world

    def shop(self, request: Request) -> Shop:
        """The shop of the path (KeyError when unknown)."""
        return self.world.shops[request.path_params["shop"]]

    async def index(self, _request: Request) -> Response:
        """The shops."""
        cards = "".join(page_parts.shop_card(shop) for shop in self.world.shops.values())
        return _page("Shops", f'<div class="grid">{cards}</div>')

    async def products(self, request: Request) -> Response:
        """Products of a shop, searchable."""
        shop = self.shop(request)
        text = request.query_params.get("q", "")
        at = max(0, int(request.query_params.get("at", "0")))
        predicate = search.compiled("product", text).predicate
        rows = [p for p in shop.products.values() if predicate is None or predicate(shop, p)]
        cards = "".join(page_parts.product_card(shop, p) for p in rows[at : at + PER_PAGE])
        body = (
            page_parts.shop_head(shop)
            + page_parts.search_box(shop, text, len(rows))
            + (f'<div class="grid">{cards}</div>' if cards else "<p>Nothing matches.</p>")
            + page_parts.pager(shop, text, at, PER_PAGE, len(rows))
        )
        return _page(shop.facts.name, body)

    async def product(self, request: Request) -> Response:
        """One product with buttons per variant."""
        shop = self.shop(request)
        record = merchant.product_of(shop, request.path_params["product"])
        rows = "".join(page_parts.variant_row(shop, v) for v in shop.variants_of(record))
        body = page_parts.shop_head(shop) + page_parts.product_head(shop, record)
        table = (
            "<table><thead><tr><th>Variant<th>Price<th>Stock<th>By hand</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )
        return _page(record.title, body + table)

    async def act(self, request: Request) -> Response:
        """Sell, restock or edit a variant, then show its product again."""
        shop = self.shop(request)
        form = dict(parse_qsl((await request.body()).decode()))
        number = int(form["variant"])
        verb = request.path_params["verb"]
        if verb == "sell":
            merchant.sell(self.world, shop, number, 1)
        elif verb == "restock":
            merchant.restock(self.world, shop, number, 10)
        else:
            compare_at = form.get("compare_at", "").strip() or None
            edit = PriceEdit(variant_id=number, price=form["price"], compare_at_price=compare_at)
            merchant.edit_prices(self.world, shop, [edit])
        product_id = shop.variants[number].product_id
        return RedirectResponse(f"/shops/{shop.domain}/{product_id}#v{number}", 303)

    async def drain(self, request: Request) -> Response:
        """Empty the bucket."""
        shop = self.shop(request)
        shop.bucket.set_level(0)
        return RedirectResponse(f"/shops/{shop.domain}", 303)

    async def deliveries(self, request: Request) -> Response:
        """The latest webhook deliveries of a shop."""
        shop = self.shop(request)
        rows = self.world.store.rows(
            "SELECT id, doc FROM delivery WHERE shop = ? ORDER BY id DESC LIMIT ?",
            (shop.domain, RECENT),
        )
        docs = [msgspec.json.decode(doc) | {"id": number} for number, doc in rows]
        body = page_parts.shop_head(shop) + page_parts.deliveries_table(docs)
        return _page("Deliveries", body)

    async def effects(self, request: Request) -> Response:
        """The latest effects of a shop."""
        shop = self.shop(request)
        rows = self.world.store.rows(
            "SELECT first, doc FROM effect WHERE shop = ? ORDER BY first DESC LIMIT ?",
            (shop.domain, RECENT),
        )
        effects: list[dict[str, Any]] = []
        for _first, doc in rows:
            work = msgspec.json.decode(doc)
            effects += [work["head"] | row for row in work["rows"][:RECENT]]
        body = page_parts.shop_head(shop) + page_parts.effects_table(effects[:RECENT])
        return _page("Effects", body)

    async def picture(self, request: Request) -> Response:
        """A product's picture."""
        record = merchant.product_of(self.shop(request), request.path_params["product"])
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(pictures.svg(record), media_type="image/svg+xml", headers=headers)


def routes(world: World) -> list[Route]:
    """All routes for people."""
    pages = Pages(world)
    reads: dict[str, Handler] = {
        "/": pages.index,
        "/shops/{shop}": pages.products,
        "/shops/{shop}/deliveries": pages.deliveries,
        "/shops/{shop}/effects": pages.effects,
        "/shops/{shop}/{product:int}": pages.product,
        "/pictures/{shop}/{product:int}.svg": pages.picture,
    }
    return [
        *(Route(path, known(handler), methods=["GET"]) for path, handler in reads.items()),
        Route("/shops/{shop}/act/{verb}", known(pages.act), methods=["POST"]),
        Route("/shops/{shop}/drain", known(pages.drain), methods=["POST"]),
    ]
