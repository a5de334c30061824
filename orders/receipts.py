"""The receipt of a paid order as a PDF: the same order gives the same bytes.

Seller, tax number and contact are the shop's of today; prices, taxes and the address are the
order's own. Times are those of the shop's clocks.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from foundation.currencies import digits_of
from orders.contracts import Refused
from orders.enums import RefundState
from orders.models import Order, OrderLine, OrderTax, PrintShop, Refund
from orders.sales.addresses import country_name

from .paper import fitted, wrapped, write

PDF: Final = "application/pdf"
_WIDTH, _HEIGHT = LETTER
_LEFT, _RIGHT = 54.0, _WIDTH - 54.0
_TOP, _BOTTOM = _HEIGHT - 60.0, 60.0
_QUANTITY, _UNIT = 400.0, 480.0
_SIZE, _SMALL = 10.0, 8.5
_LEAD = 14.0
_GREY, _BLACK = 0.4, 0.0


def receipt_response(order: Order) -> HttpResponse:
    """Answer with a receipt to keep. Who may have it has been decided.

    Raises :class:`orders.contracts.Refused` as :func:`receipt_pdf` does.
    """
    answer = HttpResponse(receipt_pdf(order), content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="receipt-{order.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def has_receipt(order: Order) -> bool:
    """Whether a receipt can be given: something was paid for it."""
    return order.paid_at is not None and order.paid_total > 0


def receipt_pdf(order: Order) -> bytes:
    """Return an order's receipt. Six queries.

    Raises :class:`orders.contracts.Refused` for one that was not paid, or was free of charge.
    """
    if order.reprint_of_id is not None:
        raise Refused(
            "free-of-charge",
            f"Order {order} was printed again free of charge; the receipt is the first order's.",
        )
    if not has_receipt(order):
        raise Refused("not-paid", f"Order {order} is not paid; there is no receipt yet.")
    return _Sheet(_Receipt.of(order)).made()


@dataclass(frozen=True, slots=True)
class _Receipt:
    order: Order
    seller: tuple[str, ...]
    lines: list[OrderLine]
    taxes: list[OrderTax]
    refunds: list[Refund]
    payment: str
    zone: ZoneInfo

    @classmethod
    def of(cls, order: Order) -> "_Receipt":
        print_shop = PrintShop.objects.for_shop(order.shop_id).first()
        refunds = Refund.objects.filter(
            attempt__order=order, attempt__settles=True, state=RefundState.SUCCEEDED
        )
        settled = order.attempts.filter(settles=True).first()
        return cls(
            order,
            _seller(order, print_shop),
            list(order.lines.order_by("position")),
            list(order.taxes.order_by("name")),
            list(refunds.order_by("created_at", "pk")),
            settled.payment_intent if settled else "",
            ZoneInfo(order.shop.timezone),
        )


def _seller(order: Order, print_shop: PrintShop | None) -> tuple[str, ...]:
    if print_shop is None:
        return (order.shop.name,)
    tax = (f"Tax number {print_shop.tax_number}",) if print_shop.tax_number else ()
    address = (line.strip() for line in print_shop.seller_address.splitlines())
    return (
        print_shop.seller_name,
        *(line for line in address if line),
        *tax,
        print_shop.contact_email,
    )


class _Sheet:
    """Writes a receipt from the top of the page down, over as many pages as it takes."""

    def __init__(self, receipt: _Receipt) -> None:
        self._receipt = receipt
        self._out = io.BytesIO()
        # Invariant: no date of making, no random identifier.
        self._canvas: Any = Canvas(self._out, pagesize=LETTER, invariant=1)
        self._canvas.setTitle(f"Receipt {receipt.order}")
        self._canvas.setAuthor(receipt.seller[0])
        self._y = _TOP

    def made(self) -> bytes:
        self._head()
        self._people()
        self._lines()
        self._sums()
        self._foot()
        self._canvas.save()
        return self._out.getvalue()

    def _money(self, amount: Decimal) -> str:
        currency = self._receipt.order.currency
        return f"{amount:,.{digits_of(currency)}f} {currency}"

    def _date(self, moment: Any) -> str:
        return str(moment.astimezone(self._receipt.zone).strftime("%-d %B %Y"))

    def _text(self, text: str, *, x: float = _LEFT, right: bool = False, **look: Any) -> None:
        size, bold = look.get("size", _SIZE), look.get("bold", False)
        self._canvas.setFillGray(look.get("grey", _BLACK))
        write(self._canvas, text, x=x, y=self._y, size=size, bold=bold, right=right)

    def _down(self, by: float = _LEAD) -> None:
        self._y -= by
        if self._y < _BOTTOM:
            self._canvas.showPage()
            self._y = _TOP

    def _rule(self) -> None:
        self._canvas.setStrokeGray(0.8)
        self._canvas.setLineWidth(0.6)
        self._canvas.line(_LEFT, self._y, _RIGHT, self._y)

    def _head(self) -> None:
        order = self._receipt.order
        self._text("Receipt", size=20, bold=True)
        self._text(f"Order {order}", x=_RIGHT, right=True, size=14, bold=True)
        self._down(18)
        if order.paid_at:
            self._text(f"Paid on {self._date(order.paid_at)}", grey=_GREY)
        self._text(f"Ordered on {self._date(order.created_at)}", x=_RIGHT, right=True, grey=_GREY)
        self._down(26)

    def _people(self) -> None:
        order, middle = self._receipt.order, (_LEFT + _RIGHT) / 2
        place = " ".join(part for part in (order.city, order.province, order.postal_code) if part)
        buyer = (
            order.name,
            order.line1,
            order.line2,
            place,
            country_name(order.country),
            order.email,
        )
        room = middle - _LEFT - 16
        left = [part for line in self._receipt.seller for part in _broken(line, room)]
        right = [part for line in buyer if line for part in _broken(line, room)]
        self._text("Seller", grey=_GREY, size=_SMALL)
        self._text("Sent to", x=middle, grey=_GREY, size=_SMALL)
        self._down()
        for place_in_list in range(max(len(left), len(right))):
            for column, x in ((left, _LEFT), (right, middle)):
                if place_in_list < len(column):
                    self._text(column[place_in_list], x=x, bold=place_in_list == 0)
            self._down()
        self._down(14)

    def _lines(self) -> None:
        for text, x, right in (
            ("Description", _LEFT, False),
            ("Quantity", _QUANTITY, True),
            ("Each", _UNIT, True),
            ("Amount", _RIGHT, True),
        ):
            self._text(text, x=x, right=right, grey=_GREY, size=_SMALL)
        self._down(6)
        self._rule()
        self._down(16)
        for line in self._receipt.lines:
            first, *further = _broken(line.title, _QUANTITY - _LEFT - 60) or [""]
            self._text(first)
            self._text(f"{line.quantity:,}", x=_QUANTITY, right=True)
            self._text(self._plain(line.unit_price), x=_UNIT, right=True)
            self._text(self._plain(line.total), x=_RIGHT, right=True)
            for part in further:
                self._down()
                self._text(part)
            if line.sku:
                self._down(11)
                self._text(fitted(line.sku, width=250, size=_SMALL), size=_SMALL, grey=_GREY)
            self._down(18)
        self._rule()
        self._down(16)

    def _plain(self, amount: Decimal) -> str:
        return f"{amount:,.{digits_of(self._receipt.order.currency)}f}"

    def _sums(self) -> None:
        for label, amount, strong in self._amounts():
            self._text(label, x=_UNIT - 70, right=True, bold=strong)
            self._text(amount, x=_RIGHT, right=True, bold=strong)
            self._down(17 if strong else _LEAD)

    def _amounts(self) -> Iterator[tuple[str, str, bool]]:
        order = self._receipt.order
        yield "Items", self._plain(order.items_total), False
        method = f" ({order.shipping_method})" if order.shipping_method else ""
        yield f"Shipping{method}", self._plain(order.shipping_total), False
        for tax in self._receipt.taxes:
            percent = f"{(tax.rate * 100).normalize():f} %"
            yield f"{tax.name} {percent}", self._plain(tax.amount), False
        yield "Total", self._money(order.total), True
        yield "Paid", self._money(order.paid_total), False
        for refund in self._receipt.refunds:
            day = self._date(refund.ended_at or refund.created_at)
            yield f"Refunded on {day}", f"-{self._money(refund.amount)}", False
        if order.refunded_total:
            left = order.paid_total - order.refunded_total
            yield "Paid after refunds", self._money(left), True

    def _foot(self) -> None:
        self._down(20)
        if self._receipt.payment:
            self._text(
                f"Paid by card through Stripe, reference {self._receipt.payment}",
                size=_SMALL,
                grey=_GREY,
            )


def _broken(text: str, width: float) -> list[str]:
    return list(wrapped(text, width=width, size=_SIZE, bold=True))
