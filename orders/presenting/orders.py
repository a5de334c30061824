"""An order in a line of a list, its lines, and what may be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from foundation.cards import Tone
from orders.enums import OrderStatus, PaymentStatus, RenderStatus
from orders.models import Order, OrderLine
from orders.queries.attention import Attention
from orders.queries.production import Piece

S = OrderStatus
P = PaymentStatus
STATUS_TONES: Final[Mapping[str, Tone]] = {
    S.PAID: Tone.WARN,
    S.IN_PRODUCTION: Tone.BUSY,
    S.READY_TO_SHIP: Tone.BUSY,
    S.SHIPPED: Tone.GOOD,
    S.DELIVERED: Tone.GOOD,
}
PAYMENT_TONES: Final[Mapping[str, Tone]] = {
    P.PROCESSING: Tone.BUSY,
    P.SUCCEEDED: Tone.GOOD,
    P.PARTIALLY_REFUNDED: Tone.WARN,
    P.FAILED: Tone.BAD,
    P.DISPUTED: Tone.BAD,
}
RENDER_TONES: Final[Mapping[str, Tone]] = {
    RenderStatus.PROCESSING: Tone.BUSY,
    RenderStatus.COMPLETED: Tone.GOOD,
    RenderStatus.FAILED: Tone.BAD,
}
ATTENTION_WORDS: Final[Mapping[Attention, str]] = {
    Attention.NOT_RENDERED: "paid, not in production",
    Attention.DISPUTED: "disputed",
    Attention.MISMATCHED: "another amount was paid",
    Attention.REFUND_FAILED: "a refund failed",
}
# What the button that leads to a status says, and its symbol.
VERBS: Final[Mapping[OrderStatus, tuple[str, str]]] = {
    S.IN_PRODUCTION: ("Begin production", "print"),
    S.READY_TO_SHIP: ("Ready to ship", "inventory"),
    S.SHIPPED: ("Ship", "local_shipping"),
    S.DELIVERED: ("Delivered", "task_alt"),
}
_KILO: Final = 1000


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a line of the list. ``flags`` say why it waits for a person."""

    order: Order
    tone: str
    payment_tone: str
    contents: str
    pieces: int
    flags: Sequence[str]

    @classmethod
    def of(cls, order: Order, attention: Sequence[Attention] = ()) -> Self:
        """Put an order into words; its lines have been read along."""
        lines = list(order.lines.all())
        return cls(
            order,
            STATUS_TONES.get(order.status, Tone.NEUTRAL),
            PAYMENT_TONES.get(order.payment_status, Tone.NEUTRAL),
            contents_of(lines),
            sum(line.quantity for line in lines),
            [ATTENTION_WORDS[each] for each in attention],
        )


def contents_of(lines: Sequence[OrderLine]) -> str:
    """Say what is in an order, in a few words."""
    if not lines:
        return "nothing"
    first = lines[0]
    said = f"{first.quantity} × {first.title}"
    more = len(lines) - 1
    return said if not more else f"{said} and {more} more design{'' if more == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class LineRow:
    """An order's line with the state of its print files."""

    piece: Piece
    measures: str
    state: str
    tone: str
    failed: bool
    parity: str

    @classmethod
    def of(cls, piece: Piece) -> Self:
        """Put a line into words."""
        version, render = piece.line.version, piece.render
        if version is None:
            return cls(piece, "", "", Tone.NEUTRAL, failed=False, parity="")
        state = "not begun" if render is None else str(RenderStatus(render.status).label).lower()
        return cls(
            piece,
            measures_of(version.spec),
            f"print files {state}",
            RENDER_TONES.get(render.status, Tone.NEUTRAL) if render else Tone.WARN,
            failed=render is not None and render.status == RenderStatus.FAILED,
            parity="" if render is None or render.parity is None else f"{render.parity:.2f}",
        )


def measures_of(spec: Mapping[str, float]) -> str:
    """Say a print specification in centimetres, with its bleed and resolution."""
    width, height = (f"{spec[name] / 10:g}" for name in ("width_mm", "height_mm"))
    return f"{width} × {height} cm, {spec['bleed_mm']:g} mm bleed, {spec['dpi']:g} DPI"


def next_moves(possible: Sequence[OrderStatus]) -> list[tuple[OrderStatus, str, str]]:
    """Return the statuses an order may be moved on to, each with its button's word and symbol."""
    return [(each, *VERBS[each]) for each in possible if each in VERBS]


def sentence(said: str) -> str:
    """Write what may be a few of Stripe's words, with underscores, as a sentence."""
    said = said.strip()
    plain = said if " " in said else said.replace("_", " ")
    whole = plain[:1].upper() + plain[1:]
    return whole if not whole or whole.endswith((".", "!", "?")) else f"{whole}."


def file_size(count: int | None) -> str:
    """Say how large a file is."""
    if count is None:
        return ""
    size = float(count)
    for unit in ("bytes", "KB", "MB"):
        if size < _KILO:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= _KILO
    return f"{size:,.2f} GB"
