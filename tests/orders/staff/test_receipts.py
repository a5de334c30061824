"""Receipts: what stands on them, for whom there is one, whatever script a name is written in."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from pypdf import PdfReader

from foundation.shops.models import Shop
from orders.contracts import Refused
from orders.models import Order, OrderLine
from orders.receipts import receipt_pdf, receipt_response

from .making import Desk, S

pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    """Return the words of a PDF with single spaces."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_says_who_sold_what_to_whom_for_how_much(desk: Desk, shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    order = desk.order(S.IN_PRODUCTION)
    # Half past ten in the evening there, the next day in UTC.
    paid = dt.datetime(2026, 7, 3, 2, 30, tzinfo=dt.UTC)
    Order.objects.filter(pk=order.pk).update(paid_at=paid, created_at=paid)
    order = Order.objects.select_related("shop").get(pk=order.pk)
    said = words(receipt_pdf(order))
    for text in (
        f"Order #{order.number}",
        "Paid on 2 July 2026",
        "Maple Prints Inc.",
        "1 Front St",
        "Tax number 12345 6789 RT0001",
        "Ada Lovelace",
        "M5V 2T6",
        "Canada",
        "Poster, 6 x 8 cm",
        "HST 13 %",
        "67.24 CAD",
        f"reference {order.attempts.get().payment_intent}",
    ):
        assert text in said, text
    assert "Refunded" not in said
    assert receipt_pdf(order) == receipt_pdf(order)


def test_what_went_back_stands_on_it(desk: Desk) -> None:
    order = desk.order(S.SHIPPED, refunded_total=Decimal("7.24"))
    desk.refund(order, "7.24", ended_at=dt.datetime(2026, 7, 4, 12, tzinfo=dt.UTC))
    desk.refund(order, "9.99", state="pending")
    said = words(receipt_pdf(order))
    assert "Refunded on 4 July 2026" in said
    assert "-7.24 CAD" in said
    assert "60.00 CAD" in said
    assert "9.99" not in said


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "محمد علي", "山田 花子", "김철수", "Zoë 🎂", "नमस्ते", "a" * 150]
)
def test_any_name_prints(desk: Desk, name: str) -> None:
    order = desk.order(S.PAID, name=name)
    pdf = receipt_pdf(order)
    assert pdf.startswith(b"%PDF")
    assert "Maple Prints Inc." in words(pdf)


def test_fifty_lines_go_over_pages(desk: Desk) -> None:
    order = desk.order(S.PAID)
    line = order.lines.get()
    for position in range(1, 50):
        line.pk, line.position = None, position
        OrderLine.objects.bulk_create([line])
    pdf = receipt_pdf(order)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3
    assert words(pdf).count("POSTER-6X8CM") == 50


def test_there_is_none_of_what_was_not_paid(as_owner: Client, desk: Desk) -> None:
    draft = desk.draft()
    with pytest.raises(Refused, match="is not paid; there is no receipt yet"):
        receipt_pdf(draft)
    answer = as_owner.get(f"/orders/{draft.pk}/receipt/", follow=True)
    assert "is not paid; there is no receipt yet" in answer.content.decode()
    paid = desk.order(S.SHIPPED)
    free = desk.draft(reprint_of=paid, status="paid", paid_at=paid.paid_at)
    with pytest.raises(Refused, match="free of charge"):
        receipt_pdf(free)


def test_it_is_shown_and_not_kept_by_anyone_on_the_way(desk: Desk) -> None:
    order = desk.order(S.PAID)
    answer = receipt_response(order)
    assert answer.content == receipt_pdf(order)
    assert {name: answer[name] for name in ("Content-Type", "Cache-Control")} == {
        "Content-Type": "application/pdf",
        "Cache-Control": "private, no-store",
    }
    assert answer["Content-Disposition"] == f'inline; filename="receipt-{order.number}.pdf"'
