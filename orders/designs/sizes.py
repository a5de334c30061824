"""Which sizes are sold, for whoever designs, finalises or orders one."""

from uuid import UUID

from orders.contracts import Refused
from orders.models import PrintSize


def size_to_design(*, shop_id: UUID, size_id: UUID) -> PrintSize:
    """Return a size that is sold. Raises :class:`orders.contracts.Refused` otherwise."""
    size = (
        PrintSize.objects.for_shop(shop_id)
        .filter(pk=size_id, active=True, product__active=True)
        .select_related("product")
        .first()
    )
    if size is None:
        raise Refused("size-gone", "That product or size is not sold here. Choose another one.")
    return size


def refuse_gone(size: PrintSize) -> None:
    """Raise :class:`orders.contracts.Refused`, kindly, when a size is no longer sold."""
    if not (size.active and size.product.active):
        raise Refused(
            "size-gone",
            f"{size.product.name}, {size.name} is no longer sold. Your design is kept: choose "
            "another product or size for it.",
        )
