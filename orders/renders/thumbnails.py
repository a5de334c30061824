"""The picture of what was ordered: a version as it was frozen, whatever became of its design."""

from uuid import UUID

from orders.models import Design, DesignVersion, PrintShop, PrintSize
from orders.people.callers import Caller

from .previews import Preview, preview

_MEASURES = ("width_mm", "height_mm", "bleed_mm", "safe_mm", "dpi")


def picture_of_version(version: DesignVersion, *, staff_id: UUID) -> Preview:
    """Return a version's picture, drawn now if it never was; outside of any transaction.

    ``version.design`` and ``version.photo`` must be loaded. Raises
    :class:`foundation.storage.api.NoSuchFile` when its photo was deleted, and ``StorageDown``.
    """
    # Nobody's allowance is spent by staff, so who the print shop is does not matter.
    caller = Caller(print_shop=PrintShop(shop_id=version.shop_id), staff_id=staff_id)
    return preview(caller=caller, design=_as_it_was(version))


def _as_it_was(version: DesignVersion) -> Design:
    was = version.design
    measures = {name: version.spec[name] for name in _MEASURES}
    return Design(
        id=was.pk,
        shop_id=was.shop_id,
        visitor_id=was.visitor_id,
        customer_id=was.customer_id,
        size=PrintSize(id=version.size_id, shop_id=version.shop_id, **measures),
        photo=version.photo,
        document=version.document,
        checksum=version.checksum,
        digest=version.digest,
    )
