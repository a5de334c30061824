"""The typed methods of the Shopify connector: one call abroad each, or one page of a list.

Not done here: retries and waiting (the job's), parking (``foundation.outbound``), deciding what a
price should be. Every method may raise what :mod:`foundation.failures` knows: ``Wait`` when the
budget is used up, ``Parked`` when the connection or the shop's writes are stopped, ``Transient``,
``OutcomeUnknown`` (writes only: read back before writing again), ``Permanent`` and
``Misconfigured``.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from foundation.failures import Permanent

from . import costs, documents, mapping, wire
from .bulk import StockExports
from .contracts import (
    Counts,
    ItemStock,
    LivePrice,
    Location,
    Page,
    PriceWrite,
    PriceWriteAnswer,
    Product,
    ProductVariants,
    ShopFacts,
    Subscription,
    Topic,
    Variant,
    VariantGlance,
)
from .documents import ROWS_PER_PAGE
from .transport import Transport

MOST_VARIANTS_PER_WRITE: Final = 2048  # contract §4.1; 250 is the safe default of callers
MOST_LEVELS: Final = 250


class ShopifyClient:
    """A shop's Admin API. Built by :func:`connectors.shopify.api.open_client`; thread-safe."""

    def __init__(self, transport: Transport) -> None:
        """``transport`` carries the credentials, the lane, the budget and its priority."""
        self._transport = transport
        self._run = transport.run

    @property
    def points_spent(self) -> int:
        """What Shopify charged for the calls of this client so far."""
        return self._transport.points_spent

    # --- the shop -----------------------------------------------------------------------------

    def shop_facts(self) -> ShopFacts:
        """Name, currency, zone and plan; the cheapest proof that the token works. 3 points."""
        reply = self._run(documents.SHOP_FACTS, {}, wire.ShopData)
        return mapping.shop_facts(reply.data.shop, reply.api_version)

    def granted_scopes(self) -> frozenset[str]:
        """Return the scopes the token has; a write scope implies its read scope. 2 points."""
        reply = self._run(documents.GRANTED_SCOPES, {}, wire.ScopesData)
        return mapping.scopes(reply.data.installation)

    def counts(self) -> Counts:
        """Return how many products and variants the search index knows. 20 points."""
        reply = self._run(documents.CATALOGUE_COUNTS, {}, wire.CountsData)
        return Counts(products=reply.data.products.count, variants=reply.data.variants.count)

    # --- the catalogue ------------------------------------------------------------------------

    def locations(self) -> tuple[Location, ...]:
        """Return every location, inactive ones included. 9 points for each 50."""
        found: list[Location] = []
        after: str | None = None
        while True:
            reply = self._run(documents.LOCATION_PAGE, {"after": after}, wire.LocationsData)
            found += [mapping.location(node) for node in reply.data.locations.nodes]
            after = reply.data.locations.next
            if after is None:
                return tuple(found)

    def products(self, after: str | None = None) -> Page[Product]:
        """Return up to 250 products by id. 46 points."""
        reply = self._run(documents.PRODUCT_PAGE, {"after": after}, wire.ProductsData)
        page = reply.data.products
        return Page(tuple(mapping.product(node) for node in page.nodes), page.next)

    def products_changed(self, since: dt.datetime, after: str | None = None) -> Page[Product]:
        """Return up to 250 products changed after ``since``, by time. 46 points.

        The search index lags and the list shifts while it is paged: ask with an overlap and
        merge by id. Stock moved by an order counts as a change, a deletion does not (§6).
        """
        given = {"since": f"updated_at:>'{_utc(since)}'", "after": after}
        page = self._run(documents.PRODUCTS_CHANGED, given, wire.ProductsData).data.products
        return Page(tuple(mapping.product(node) for node in page.nodes), page.next)

    def variants(self, after: str | None = None) -> Page[Variant]:
        """Return up to 250 variants of the whole shop by id. 35 points."""
        return self._variants({"after": after, "filter": None})

    def variants_changed(self, since: dt.datetime, after: str | None = None) -> Page[Variant]:
        """Return up to 250 variants changed after ``since``, by id. 35 points. Index lag: §6."""
        return self._variants({"after": after, "filter": f"updated_at:>'{_utc(since)}'"})

    def _variants(self, given: dict[str, Any]) -> Page[Variant]:
        page = self._run(documents.VARIANT_PAGE, given, wire.VariantsData).data.variants
        return Page(tuple(mapping.variant(node) for node in page.nodes), page.next)

    def glances(self, after: str | None = None) -> Page[VariantGlance]:
        """Return up to 250 variants of the whole shop by id, without product and item. 13 points.

        No filter, so no search index: the list is as current as a read by id (§6).
        """
        page = self._run(documents.VARIANT_PAGE_FLAT, {"after": after}, wire.GlancesData)
        rows = page.data.variants
        return Page(tuple(mapping.glance(node) for node in rows.nodes), rows.next)

    def variants_by_ids(self, variant_ids: Sequence[int]) -> dict[int, Variant | None]:
        """Read at most 250 variants; None for one that is gone. 3 points."""
        given = {"ids": _gids("ProductVariant", variant_ids)}
        nodes = self._run(documents.VARIANTS_BY_IDS, given, wire.VariantNodesData).data.nodes
        return {
            variant: None if node is None else mapping.variant(node)
            for variant, node in zip(variant_ids, nodes, strict=True)
        }

    def products_there(self, product_ids: Sequence[int]) -> frozenset[int]:
        """Return which of at most 250 products have not been deleted. 1 point."""
        given = {"ids": _gids("Product", product_ids)}
        nodes = self._run(documents.PRODUCTS_THERE, given, wire.ThereData).data.nodes
        return frozenset(mapping.number(node.id) for node in nodes if node is not None)

    def product(self, product_id: int) -> ProductVariants | None:
        """Return one product with all its variants; None when it is gone. 28 points per 250."""
        variants: list[Variant] = []
        given: dict[str, Any] = {"id": mapping.gid("Product", product_id), "after": None}
        while True:
            node = self._run(documents.PRODUCT_BY_ID, given, wire.ProductData).data.product
            if node is None:
                return None
            variants += [mapping.variant(each, product_id) for each in node.variants.nodes]
            given["after"] = node.variants.next
            if given["after"] is None:
                return ProductVariants(mapping.product(node), tuple(variants))

    # --- stock --------------------------------------------------------------------------------

    def stock(self, after: str | None = None, *, levels: int = 10) -> Page[ItemStock]:
        """Return up to 250 inventory items by id with all their levels.

        ``levels`` is how many a page brings for each item: give the number of the shop's
        locations (2 cost 68 points, 10 cost 167). Items with more are completed one by one.
        """
        given = {"after": after, "levels": _levels(levels)}
        page = self._run(documents.STOCK_PAGE, given, wire.StockData).data.items
        return Page(tuple(self._complete(node) for node in page.nodes), page.next)

    def stock_of_items(
        self, item_ids: Sequence[int], *, levels: int = 10
    ) -> dict[int, ItemStock | None]:
        """Return the levels of at most 250 items; None for an item that is gone. 15 points."""
        given = {"ids": _gids("InventoryItem", item_ids), "levels": _levels(levels)}
        nodes = self._run(documents.STOCK_BY_ITEM_IDS, given, wire.StockNodesData).data.nodes
        return {
            item: None if node is None else self._complete(node)
            for item, node in zip(item_ids, nodes, strict=True)
        }

    @property
    def exports(self) -> StockExports:
        """Exports of all stock at once, for shops where pages cost too many points."""
        return StockExports(self._transport)

    def _complete(self, node: wire.Item) -> ItemStock:
        """Follow the levels of one item to their end; most have no second page."""
        levels = list(node.levels.nodes)
        after = node.levels.next
        while after is not None:
            given = {"id": node.id, "after": after}
            item = self._run(documents.LEVELS_OF_ITEM, given, wire.LevelsData).data.item
            if item is None:
                break
            levels += item.levels.nodes
            after = item.levels.next
        return mapping.item_stock(node, levels)

    # --- prices -------------------------------------------------------------------------------

    def live_prices(self, variant_ids: Sequence[int]) -> dict[int, LivePrice | None]:
        """Read what at most 250 variants cost now; None for one that is gone. 1 point.

        Read by id, so it shows every earlier write (only lists and counts lag, §6).
        """
        given = {"ids": _gids("ProductVariant", variant_ids)}
        nodes = self._run(documents.VARIANT_PRICE_CHECK, given, wire.PricesData).data.nodes
        return {
            variant: None if node is None else mapping.live_price(node)
            for variant, node in zip(variant_ids, nodes, strict=True)
        }

    def write_prices(
        self, product_id: int, rows: Sequence[PriceWrite], *, partial: bool = True
    ) -> PriceWriteAnswer:
        """Set absolute prices of variants of one product. 10 points and 0.2 for each variant.

        ``partial``: valid rows are written although others are refused; without it one bad row
        refuses all. There is no compare-and-set abroad (§4.1): read live prices just before.
        """
        _at_most(rows, MOST_VARIANTS_PER_WRITE, "variants")
        given = {
            "productId": mapping.gid("Product", product_id),
            "variants": [mapping.price_input(row) for row in rows],
            "partial": partial,
        }
        reply = self._run(documents.PRICE_WRITE, given, wire.PriceWriteData)
        return mapping.price_write_answer(rows, reply.data.payload, reply.request_id)

    @contextmanager
    def prepaid(self, *, reads: int, writes: Sequence[int]) -> Iterator["ShopifyClient"]:
        """Give a client that has paid for price reads, and for writes of so many variants each.

        Raises ``Wait`` now instead of between two of the calls. What is not used goes back.
        """
        points = reads + sum(costs.price_write(variants) for variants in writes)
        with self._transport.prepaid(points) as transport:
            yield ShopifyClient(transport)

    # --- webhook subscriptions ----------------------------------------------------------------

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return all subscriptions this app made in the shop. 16 points for each 50."""
        found: list[Subscription] = []
        after: str | None = None
        while True:
            page = self._run(documents.HOOK_LIST, {"after": after}, wire.HooksData).data.hooks
            found += [mapping.subscription(node) for node in page.nodes]
            after = page.next
            if after is None:
                return tuple(found)

    def subscribe(self, topic: Topic, uri: str) -> Subscription:
        """Have ``topic`` delivered to ``uri`` (https); the existing one if there is. 11 points."""
        given = {"topic": topic.name, "sub": {"uri": uri, "format": "JSON"}}
        payload = self._run(documents.HOOK_CREATE, given, wire.HookCreateData).data.payload
        if payload.hook is not None:
            return mapping.subscription(payload.hook)
        if mapping.address_taken(payload.errors):
            for each in self.subscriptions():
                if (each.topic, each.uri, each.format) == (topic, uri, "JSON"):
                    return each
        message = (
            f"Shopify refused to deliver {topic} to {uri}: {mapping.words(payload.errors)}. "
            "Check the public address of this installation (PUBLIC_URL)."
        )
        raise Permanent(message)

    def unsubscribe(self, subscription_id: int) -> bool:
        """Delete a subscription; False when it was gone already. 10 points."""
        given = {"id": mapping.gid("WebhookSubscription", subscription_id)}
        payload = self._run(documents.HOOK_DELETE, given, wire.HookDeleteData).data.payload
        return payload.deleted_id is not None


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _levels(asked: int) -> int:
    return max(1, min(asked, MOST_LEVELS))


def _gids(kind: str, ids: Sequence[int]) -> list[str]:
    _at_most(ids, ROWS_PER_PAGE, f"ids of {kind}")
    return [mapping.gid(kind, each) for each in ids]


def _at_most(given: Sequence[object], most: int, what: str) -> None:
    if len(given) > most:
        message = f"{len(given)} {what} in one call; Shopify takes {most}"
        raise ValueError(message)
