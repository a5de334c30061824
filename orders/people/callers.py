"""Who asks, and what is theirs."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from foundation.shop_owned import ShopOwnedQuerySet
from orders.models import Customer, Design, Order, PrintShop, Visitor

Owned = TypeVar("Owned", Design, Order)


@dataclass(frozen=True, slots=True)
class Caller:
    """A browser in a print shop, perhaps logged in as a customer; or a program of staff.

    ``address`` is where the request comes from, for limits.
    """

    print_shop: PrintShop
    visitor: Visitor | None = None
    customer: Customer | None = None
    staff_id: UUID | None = None
    address: str = ""

    @property
    def shop_id(self) -> UUID:
        """The merchant."""
        return self.print_shop.shop_id

    def own(self, rows: ShopOwnedQuerySet[Owned]) -> ShopOwnedQuerySet[Owned]:
        """Keep what belongs to the caller; of staff, the shop's.

        What a customer claimed is no longer the browser's: whoever logs out on a shared computer
        leaves nothing there.
        """
        mine = rows.for_shop(self.shop_id)
        if self.staff_id is not None:
            return mine
        wanted = Q()
        if self.visitor is not None:
            wanted |= Q(visitor=self.visitor, customer=None)
        if self.customer is not None:
            wanted |= Q(customer=self.customer)
        return mine.filter(wanted) if wanted else mine.none()

    def designs(self) -> QuerySet[Design]:
        """Return the caller's designs that were not thrown away, with what pictures need."""
        rows: QuerySet[Design] = self.own(Design.objects.for_shop(self.shop_id))
        return rows.filter(deleted_at=None).select_related("size__product", "photo")

    def orders(self) -> QuerySet[Order]:
        """Return the caller's orders with their shop."""
        rows: QuerySet[Order] = self.own(Order.objects.for_shop(self.shop_id))
        return rows.select_related("shop")

    @property
    def keys(self) -> tuple[str, ...]:
        """Name the caller where costly work is counted; staff is trusted."""
        if self.staff_id is not None:
            return ()
        browser = (f"visitor:{self.visitor.pk}",) if self.visitor else ()
        return (*browser, f"address:{self.address}") if self.address else browser
