"""Reads of designs for staff: by what is in their documents, and all that belongs to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from orders.models import Customer, Design, DesignVersion, OrderLine, RenderJob, Visitor

DELETED = "deleted"
_CHECKSUM_DIGITS = 8
_MOST_BROWSERS = 500
_ALONG = ("size__product", "photo", "customer", "visitor__customer")


@dataclass(frozen=True, slots=True)
class DesignFilter:
    """What a list of designs is narrowed to; empty: everything.

    ``name`` is the whole name on it, in any letter case that is usual; ``text`` a checksum or an
    id; ``email`` that of the owner, whole.
    """

    frame: str = ""
    font: str = ""
    name: str = ""
    status: str = ""
    product_id: UUID | None = None
    email: str = ""
    text: str = ""


def designs_matching(shop_id: UUID, wanted: DesignFilter) -> QuerySet[Design]:
    """Return a shop's designs. What is asked of documents is answered by their GIN index."""
    rows: QuerySet[Design] = Design.objects.for_shop(shop_id).select_related(*_ALONG)
    if wanted.frame:
        rows = rows.filter(document__contains={"frame": {"kind": wanted.frame}})
    if wanted.font:
        rows = rows.filter(_written_in("name", wanted.font) | _written_in("text", wanted.font))
    if wanted.name:
        rows = rows.filter(_named(wanted.name))
    if wanted.status == DELETED:
        rows = rows.exclude(deleted_at=None)
    elif wanted.status:
        rows = rows.filter(status=wanted.status, deleted_at=None)
    if wanted.product_id:
        rows = rows.filter(size__product_id=wanted.product_id)
    if wanted.email:
        rows = rows.filter(_owned_by(shop_id, wanted.email))
    return rows.filter(_identified(wanted.text)) if wanted.text else rows


def _written_in(part: str, font: str) -> Q:
    # Every document names fonts, also for words that are not there.
    empty = Q(document__contains={part: {"text": ""}})
    return Q(document__contains={part: {"font": font}}) & ~empty


def _named(name: str) -> Q:
    # The index knows whole values only; these are the ways people write a name.
    found = Q()
    for each in {name, name.lower(), name.upper(), name.capitalize(), name.title()}:
        found |= Q(document__contains={"name": {"text": each}})
    return found


def _owned_by(shop_id: UUID, email: str) -> Q:
    # Asked before, so that both sides of the "or" are answered by an index of designs.
    known = Customer.objects.for_shop(shop_id).alias(low=Lower("email"))
    ids = list(known.filter(low=email.strip().lower()).values_list("pk", flat=True))
    if not ids:
        return Q(pk__in=[])
    visitors = Visitor.objects.filter(customer_id__in=ids).order_by("-seen_at")
    browsers = list(visitors.values_list("pk", flat=True)[:_MOST_BROWSERS])
    return Q(customer_id__in=ids) | Q(customer_id=None, visitor_id__in=browsers)


def _identified(text: str) -> Q:
    plain = text.strip().lower().removeprefix("0x")
    if len(plain) == _CHECKSUM_DIGITS and all(each in "0123456789abcdef" for each in plain):
        return Q(checksum=int(plain, 16))
    try:
        return Q(pk=UUID(plain))
    except ValueError:
        return Q(pk__in=[])


def design_of(shop_id: UUID, design_id: UUID) -> Design | None:
    """Return a shop's design with what it is printed on, its photo and its owner. One query."""
    rows = Design.objects.for_shop(shop_id).filter(pk=design_id)
    found: Design | None = rows.select_related(*_ALONG, "original_design").first()
    return found


@dataclass(frozen=True, slots=True)
class DesignHistory:
    """What a design became: versions, the latest first, renders, and the lines it was sold in."""

    versions: Sequence[DesignVersion]
    renders: Sequence[RenderJob]
    lines: Sequence[OrderLine]
    copies: Sequence[Design]


MOST_SHOWN = 50


def history_of(design: Design) -> DesignHistory:
    """Return what became of a design, the latest fifty of each. Four queries."""
    versions = DesignVersion.objects.filter(design=design).select_related("size__product")
    renders = RenderJob.objects.filter(design=design).select_related(
        "design__photo", "version__photo"
    )
    lines = OrderLine.objects.filter(design=design).select_related("order", "version")
    copies = Design.objects.filter(original_design=design)
    return DesignHistory(
        list(versions.order_by("-number")[:MOST_SHOWN]),
        list(renders.order_by("-queued_at", "-pk")[:MOST_SHOWN]),
        list(lines.order_by("-order__created_at", "-pk")[:MOST_SHOWN]),
        list(copies.order_by("-created_at")[:MOST_SHOWN]),
    )
