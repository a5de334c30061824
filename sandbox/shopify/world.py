"""All shops of the process with their store, settings, faults and deliveries."""

import time
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.shopify import payloads
from sandbox.shopify.bulk_runs import Runs
from sandbox.shopify.entities import Facts, Product
from sandbox.shopify.envelopes import Delivery, Dispatcher, prepare
from sandbox.shopify.faults import Faults
from sandbox.shopify.settings import Settings
from sandbox.shopify.state import Shop, Work
from sandbox.shopify.store import Store

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

FILE = "shopify.sqlite3"


class World:
    """Everything one sandbox process holds."""

    def __init__(self, folder: Path, settings: Settings, webhook_map: dict[str, str]) -> None:
        """Open the state folder and load the shops in it; seeding is `catalogue`'s."""
        self.settings = settings
        self.store = Store(folder / FILE)
        self.faults = Faults(seed=1)
        self.dispatcher = Dispatcher(self.store, settings, self.faults, webhook_map)
        self.dispatcher.delivered = self.delivered
        self.dispatcher.exhausted = self.exhausted
        self.shops: dict[str, Shop] = {}
        self.bulk = Runs(self, folder / "bulk")
        self.calls: Counter[str] = Counter()
        self.load()

    def load(self) -> None:
        """Read everything from the store; a second pass, as facts may come after other records."""
        records = list(self.store.records())
        for domain, record in records:
            if isinstance(record, Facts):
                self.shops[domain] = Shop(record, self.store, self.settings)
        for domain, record in records:
            self.shops[domain].keep(record)

    def commit(self, work: Work) -> None:
        """Write a unit of work and its deliveries in one transaction, then send."""
        deliveries = self._deliveries(work)
        statements = work.statements()
        if not statements and not deliveries:
            return
        with self.store.transaction() as connection:
            for statement, rows in statements:
                connection.executemany(statement, rows)
            for delivery in deliveries:
                self.dispatcher.insert(connection, delivery)
        for delivery in deliveries:
            self.dispatcher.schedule(delivery.id, delivery.due)

    def _deliveries(self, work: Work) -> list[Delivery]:
        shop = work.shop
        if not shop.subscriptions:
            return []
        wanted = {hook.topic for hook in shop.subscriptions.values()}
        if "PRODUCTS_UPDATE" in wanted:
            for number in work.touched_products:
                product = shop.products.get(number)
                if product is not None:
                    work.event("products/update", payloads.product(shop, product))
        if "INVENTORY_ITEMS_UPDATE" in wanted:
            for number in work.touched_items:
                if number in shop.items:
                    work.event("inventory_items/update", payloads.item(shop, shop.items[number]))
        return [
            delivery
            for event in work.events
            for hook in list(shop.subscriptions.values())
            if (delivery := prepare(shop, work, event, hook)) is not None
        ]

    def delivered(self, delivery: Delivery) -> None:
        """A delivery succeeded: remember when, for the rule about consecutive failures."""
        shop = self.shops.get(delivery.shop)
        hook = shop.subscriptions.get(delivery.subscription_id) if shop else None
        if hook is not None:
            hook.last_success = int(time.time() * 1000)

    def exhausted(self, delivery: Delivery) -> None:
        """A delivery failed all its retries: delete its subscription as contract §8.2 says."""
        shop = self.shops.get(delivery.shop)
        hook = shop.subscriptions.get(delivery.subscription_id) if shop else None
        rule = self.settings.delete_subscription
        if shop is None or hook is None or rule == "never":
            return
        if rule == "quiet" and hook.last_success > delivery.first_failure:
            return
        work = Work(shop, source="vendor", operation="webhookSubscription deleted")
        del shop.subscriptions[hook.id]
        work.remove(hook)
        work.effect(changed=True, subscription_id=hook.id, topic=hook.topic, uri=hook.uri)
        self.commit(work)

    def before_price_write(
        self, call: "Call", product: Product, rows: list[dict[str, Any]]
    ) -> None:
        """Script `edit_before_write`: someone else edits submitted variants just before we do."""
        names = (call.plan.name, "productVariantsBulkUpdate")
        rule = self.faults.strike(("edit_before_write",), call.shop.domain, names)
        if rule is None:
            return
        numbers = [int(str(row["id"]).rpartition("/")[2]) for row in rows if row.get("id")]
        known = [n for n in numbers if n in product.variant_ids]
        chosen = self.faults.random.sample(known, min(rule.rows, len(known)))
        if not chosen:
            return
        # Imported here: merchant builds on World's commit.
        from sandbox.shopify import merchant  # noqa: PLC0415 - see above

        edits = [
            merchant.PriceEdit(
                variant_id=number,
                price=rule.price or f"{self.faults.random.randint(500, 9999) / 100:.2f}",
            )
            for number in chosen
        ]
        merchant.edit_prices(self, call.shop, edits, operation="edit_before_write")

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def new_request_id() -> str:
    """Value of `X-Request-Id`."""
    return str(uuid.uuid4())
