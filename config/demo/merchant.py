"""The merchant at the other end: acts in the sandbox's shop by hand and looks at what is there."""

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from config.demo.sandbox_control import SandboxControl

PriceTag = tuple[Decimal, Decimal | None]


class Merchant(SandboxControl):
    """One shop of the sandbox, through its control API (``sandbox/shopify/README.md``)."""

    def __init__(self, shop: str = "demo-shop.myshopify.com", *, url: str | None = None) -> None:
        """``url`` is the sandbox's address, by default ``SANDBOX_URL``."""
        super().__init__(url or os.environ["SANDBOX_URL"])
        self.shop = shop

    def prices(self) -> dict[int, PriceTag]:
        """Return what every variant costs now, by the vendor's id."""
        return {
            row["id"]: (
                Decimal(row["price"]),
                None if row["compare_at_price"] is None else Decimal(row["compare_at_price"]),
            )
            for row in self._get(f"shops/{self.shop}/variants")["variants"]
        }

    def variants(self) -> list[dict[str, Any]]:
        """Return every variant with its prices and stock."""
        rows: list[dict[str, Any]] = self._get(f"shops/{self.shop}/variants")["variants"]
        return rows

    def summary(self) -> dict[str, Any]:
        """Return the shop in numbers."""
        shops: list[dict[str, Any]] = self._get("")["shops"]
        return next(shop for shop in shops if shop["domain"] == self.shop)

    def edit(self, edits: Sequence[tuple[int, Decimal]]) -> None:
        """Set prices by hand, behind our back."""
        rows = [{"variant_id": variant, "price": str(price)} for variant, price in edits]
        self._post(f"shops/{self.shop}/edit", {"edits": rows})

    def sell(self, variant_id: int, quantity: int = 1) -> None:
        """Sell pieces of a variant."""
        self._post(f"shops/{self.shop}/sell", {"variant_id": variant_id, "quantity": quantity})

    def restock(self, variant_id: int, quantity: int = 1) -> None:
        """Put pieces of a variant on the shelf."""
        self._post(f"shops/{self.shop}/restock", {"variant_id": variant_id, "quantity": quantity})

    def act(self, verb: str, **body: Any) -> dict[str, Any]:
        """Do anything else the control API offers for this shop."""
        return self._post(f"shops/{self.shop}/{verb}", body)

    def last_effect(self) -> int:
        """Return the number of the latest effect, to count from."""
        last = 0
        for effect in self.effects(0):
            last = effect["seq"]
        return last

    def effects(self, since: int) -> Iterator[dict[str, Any]]:
        """Yield every write of this shop after number ``since``, ours and others'."""
        while True:
            page = self._get(f"effects?since={since}&shop={self.shop}")
            yield from page["effects"]
            if not page["effects"]:
                return
            since = page["last_seq"]

    def misbehave(self, *faults: dict[str, Any], seed: int = 1) -> None:
        """Script faults (``sandbox/shopify/faults.py``)."""
        self._post(
            "faults", {"faults": [{"shop": self.shop, **fault} for fault in faults], "seed": seed}
        )

    def bucket(self) -> dict[str, Any]:
        """Return the points bucket and its counters."""
        return self._get(f"shops/{self.shop}/bucket")

    def set_bucket(self, **body: Any) -> dict[str, Any]:
        """Drain, fill or resize the bucket."""
        return self._post(f"shops/{self.shop}/bucket", body)

    def act_get(self, what: str) -> dict[str, Any]:
        """Look at anything else the control API shows of this shop."""
        return self._get(f"shops/{self.shop}/{what}")

    def deliveries(self, since: int = 0, *, bodies: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the webhook deliveries of this shop after number ``since``, with their attempts."""
        return self._deliveries(f"shop={self.shop}", since, bodies=bodies)

    def deliveries_by_status(self) -> dict[str, int]:
        """Count this shop's deliveries by status."""
        return self._deliveries_by_status("shop", self.shop)
