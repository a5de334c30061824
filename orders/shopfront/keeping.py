"""Verbs on a customer's own designs that only these pages need: copy one, take one back."""

from uuid import UUID

from django.db import transaction

from orders.contracts import Refused
from orders.designs.services import create_design
from orders.designs.states import tell
from orders.models import Design
from orders.people.callers import Caller


@transaction.atomic
def copy_design(*, caller: Caller, design: Design) -> Design:
    """Make a design that looks the same and may be changed apart; it names what it was copied from.

    Raises :class:`orders.contracts.Refused` when its size is no longer sold.
    """
    copy = create_design(
        caller=caller,
        size_id=design.size_id,
        photo_id=design.photo_id,
        document=design.document,
    )
    Design.objects.filter(pk=copy.pk).update(original_design=design)
    copy.original_design = design
    return copy


@transaction.atomic
def restore_design(*, caller: Caller, design_id: UUID) -> Design:
    """Take a design back that was thrown away. Raises :class:`orders.contracts.Refused`."""
    rows = caller.own(Design.objects.for_shop(caller.shop_id)).filter(pk=design_id)
    if not rows.exclude(deleted_at=None).update(deleted_at=None):
        raise Refused("no-such-design", "This design is gone.")
    design: Design = rows.get()
    tell(design)
    return design
