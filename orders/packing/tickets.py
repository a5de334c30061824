"""Job tickets: a page per order that goes with it through production."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from PIL import Image
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from orders.paper import fitted, write

_WIDTH, _HEIGHT = LETTER
_LEFT, _RIGHT = 42.0, _WIDTH - 42.0
_TOP, _BOTTOM = _HEIGHT - 54.0, 54.0
_THUMB = 84.0
_ROW = 100.0
_SIZE = 11.0
_QR: Final = 84.0
_PIXELS: Final = 220
_GREY = 0.4


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A line of an order on its ticket; ``picture`` is a small JPEG, empty when there is none."""

    title: str
    sku: str
    quantity: int
    measures: str
    file: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a person at the printer and at the packing table must know of an order."""

    number: int
    paid_on: str
    shipping: str
    address: Sequence[str]
    note: str
    reprint: str
    lines: Sequence[TicketLine]

    @property
    def pieces(self) -> int:
        """How many things are printed."""
        return sum(line.quantity for line in self.lines)


def small_picture(picture: IO[bytes]) -> bytes:
    """Return a picture as a JPEG that is small enough for hundreds of pages."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
        image.thumbnail((_PIXELS, _PIXELS))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def tickets_pdf(tickets: Sequence[Ticket]) -> bytes:
    """Return the pages of these orders, the same for the same tickets."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=1)
    for ticket in tickets:
        _Page(canvas, ticket).draw()
    canvas.save()
    return out.getvalue()


class _Page:
    """Draws one ticket, over as many pages as its lines take."""

    def __init__(self, canvas: Any, ticket: Ticket) -> None:
        self._canvas, self._ticket = canvas, ticket
        self._y = _TOP
        self._sheet = 1

    def draw(self) -> None:
        self._head()
        for line in self._ticket.lines:
            if self._y - _ROW < _BOTTOM:
                self._canvas.showPage()
                self._y, self._sheet = _TOP, self._sheet + 1
                self._head()
            self._line(line)
        self._canvas.showPage()

    def _text(self, text: str, *, x: float = _LEFT, right: bool = False, **look: Any) -> None:
        size, bold = look.get("size", _SIZE), look.get("bold", False)
        width = look.get("width", _RIGHT - _LEFT)
        self._canvas.setFillGray(look.get("grey", 0.0))
        text = fitted(text, width=width, size=size, bold=bold)
        write(self._canvas, text, x=x, y=self._y, size=size, bold=bold, right=right)

    def _head(self) -> None:
        ticket, top = self._ticket, self._y
        self._codes(top)
        room = _RIGHT - _LEFT - _QR - 180
        self._y = top - 14
        self._text(f"Order #{ticket.number}", size=24, bold=True, width=room)
        self._y -= 20
        page = f", page {self._sheet}" if self._sheet > 1 else ""
        pieces = "1 piece" if ticket.pieces == 1 else f"{ticket.pieces:,} pieces"
        self._text(f"{pieces}, paid {ticket.paid_on}{page}", width=room)
        self._y -= 15
        self._text(f"Ship: {ticket.shipping}", bold=True, width=room)
        for line in ticket.address:
            self._y -= 14
            self._text(line, width=room)
        for label, said in (("Reprint", ticket.reprint), ("Note", ticket.note)):
            if said:
                self._y -= 17
                self._text(f"{label}: {said}", bold=True)
        self._y = min(self._y, top - _QR) - 16
        self._canvas.setStrokeGray(0.7)
        self._canvas.line(_LEFT, self._y, _RIGHT, self._y)
        self._y -= 12

    def _codes(self, top: float) -> None:
        """Draw the order's number as a bar code for scanners and as a QR code for telephones."""
        said = str(self._ticket.number)
        bars = code128.Code128(said, barHeight=40, barWidth=1.3, humanReadable=False)
        bars.drawOn(self._canvas, _RIGHT - _QR - 12 - bars.width, top - 44)
        widget = QrCodeWidget(said, barLevel="M")
        left, low, right, high = widget.getBounds()
        scale = _QR / max(right - left, high - low)
        drawing = Drawing(_QR, _QR, transform=[scale, 0, 0, scale, 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, self._canvas, _RIGHT - _QR, top - _QR + 4)

    def _line(self, line: TicketLine) -> None:
        top = self._y
        if line.picture:
            picture = ImageReader(io.BytesIO(line.picture))
            width, height = picture.getSize()
            scale = _THUMB / max(width, height)
            self._canvas.drawImage(
                picture, _LEFT, top - height * scale, width * scale, height * scale
            )
        left, room = _LEFT + _THUMB + 14, _RIGHT - _LEFT - _THUMB - 100
        self._y = top - 14
        self._text(line.title, x=left, bold=True, width=room)
        self._text(f"× {line.quantity:,}", x=_RIGHT, right=True, size=24, bold=True)
        self._y -= 15
        self._text(line.measures, x=left, width=room)
        self._y -= 14
        self._text(f"SKU {line.sku}" if line.sku else "", x=left, size=9, grey=_GREY, width=room)
        self._y -= 13
        self._text(line.file, x=left, size=8, grey=_GREY, width=room + 80)
        self._y = top - _ROW
