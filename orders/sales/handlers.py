"""What an order's own moves cause, each one service call."""

from typing import Any
from uuid import UUID

from foundation.work.api import Running, on
from orders.renders.finalising import RUN
from orders.renders.running import note_death

from . import letters, producing


@on("orders.order_paid")
def produce(_job: Running, order_id: str) -> None:
    """Have its print files made first, and produce it when they are there."""
    producing.order_paid(order_id=UUID(order_id))


@on("orders.payment_succeeded")
@on("orders.payment_partially_refunded")
def produce_undisputed(_job: Running, order_id: str) -> None:
    """A dispute may have been won: what waited for that goes on."""
    producing.begin_production(order_id=UUID(order_id))


@on("orders.render_completed")
def produce_rendered(_job: Running, render_id: str) -> None:
    """The last print file of a paid order may be there."""
    producing.render_completed(render_id=UUID(render_id))


@on("work.job_died")
def render_died(_job: Running, *, task: str, job_id: int, error: str = "", **_: Any) -> None:
    """Say on the render that it has failed, and tell people when somebody paid for it."""
    if task == RUN:
        render = note_death(work_job_id=job_id, error=error)
        if render is not None:
            producing.print_failed(render)


@on("orders.order_paid")
def confirm(_job: Running, order_id: str) -> None:
    """Tell the customer that the order is paid."""
    letters.write(order_id=UUID(order_id), kind=letters.Letter.CONFIRMED)


@on("orders.order_shipped")
def tell_shipped(_job: Running, order_id: str) -> None:
    """Tell the customer that it is on its way."""
    letters.write(order_id=UUID(order_id), kind=letters.Letter.SHIPPED)


@on("orders.order_delivered")
def tell_delivered(_job: Running, order_id: str) -> None:
    """Tell the customer that it has arrived."""
    letters.write(order_id=UUID(order_id), kind=letters.Letter.DELIVERED)


@on("orders.order_canceled")
def tell_canceled(_job: Running, order_id: str) -> None:
    """Tell the customer that nothing will come."""
    letters.write(order_id=UUID(order_id), kind=letters.Letter.CANCELED)


@on("orders.payment_refunded")
@on("orders.payment_partially_refunded")
def tell_refunded(_job: Running, order_id: str) -> None:
    """Tell the customer that money is on its way back."""
    letters.refunded(order_id=UUID(order_id))
