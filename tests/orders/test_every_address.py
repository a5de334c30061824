"""Every address of the print shop with everybody: whose it is, another visitor, another shop.

A new address is added to ``TABLE`` here; ``tests/test_every_url.py`` counts them.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.shops.models import User
from orders.models import Order, PrintSize
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from tests import factories

from . import shop as makers

pytestmark = pytest.mark.django_db(transaction=True)
PROBLEM = "application/problem+json"
# What an address may answer to whom it belongs: done, taken on, not what it takes, not now, over.
SERVED = {200, 201, 202, 204, 302, 400, 409, 410, 415, 422}
MARK = "Only mine"
OTHER_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """One address for browsers. ``row``: it names a row, which is 404 for everybody else."""

    name: str
    method: str = "get"
    row: str = ""
    api: bool = False
    kwargs: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _api(name: str, *methods: str, row: str = "") -> list[Address]:
    return [Address(f"orders_api:{name}", method, row, api=True) for method in methods]


def _page(name: str, *methods: str, row: str = "", **kwargs: Any) -> list[Address]:
    more = tuple(kwargs.items())
    return [Address(f"print_shop:{name}", method, row, kwargs=more) for method in methods]


TABLE = [
    *_api("products", "get"),
    *_api("photos", "post"),
    *_api("designs", "get", "post"),
    *_api("design", "get", "patch", row="design"),
    *_api("preview", "post", row="design"),
    *_api("finalize", "post", row="design"),
    *_api("job", "get", row="job"),
    *_api("design", "delete", row="design"),
    *_api("orders", "get", "post"),
    *_api("order", "get", "patch", row="order"),
    *_api("checkout", "post", row="order"),
    *_api("take-back", "post", row="order"),
    *_api("cancel", "post", row="order"),
    *_api("reorder", "post", row="order"),
    *_page("home", "get"),
    *_page("new_design", "get", "post"),
    *_page("designs", "get"),
    *_page("orders", "get"),
    *_page("log_in", "get", "post"),
    *_page("open_link", "get", "post", secret="nobody-was-sent-this"),
    *_page("log_out", "post"),
    *_page("design", "get", "post", row="design"),
    *_page("picture", "get", row="design"),
    *_page("letters", "get", row="design"),
    *_page("order_this", "post", row="design"),
    *_page("copy", "post", row="design"),
    *_page("throw_away", "post", row="design"),
    *_page("order", "get", row="order"),
    *_page("standing", "get", row="order"),
    *_page("address", "post", row="order"),
    *_page("shipping", "post", row="order"),
    *_page("quantity", "post", row="order", position=0),
    *_page("pay", "post", row="order"),
    *_page("change", "post", row="order"),
    *_page("cancel", "post", row="order"),
    *_page("again", "post", row="order"),
    *_page("receipt", "get", row="order"),
]
# Of what has to be there first; tested with the pages (tests/orders/shopfront).
ELSEWHERE = {"print_shop:take_back_design", "print_shop:line_picture"}
NAMES = {each.name for each in TABLE} | ELSEWHERE
_ARGUMENT = {"design": "design_id", "job": "job_id", "order": "order_id"}


def _ask(client: Client, address: Address, rows: dict[str, Any], host: str) -> Any:
    kwargs = dict(address.kwargs)
    if address.row:
        kwargs[_ARGUMENT[address.row]] = rows[address.row]
    options: dict[str, Any] = {"headers": {"host": host}}
    if address.api and address.method != "get":
        options["content_type"] = "application/json"
    return getattr(client, address.method)(reverse(address.name, kwargs=kwargs), **options)


@pytest.mark.parametrize("address", TABLE, ids=str)
def test_everybody(address: Address, caller: Caller, size: PrintSize, stranger: User) -> None:
    design = makers.design_for(caller, size, name={"text": MARK})
    render = finalise(caller=caller, design_id=design.pk)
    order = Order.objects.create(
        shop=caller.print_shop.shop,
        number=1,
        currency="CAD",
        visitor=caller.visitor,
        name=MARK,
    )
    rows = {"design": design.pk, "job": render.pk, "order": order.pk}
    elsewhere = makers.open_print_shop(factories.shop("Next door", stranger), hosts=[OTHER_HOST])
    neighbour = makers.visit(caller.print_shop)
    abroad = makers.visit(elsewhere)
    for somebody, host in (
        (None, "localhost"),
        (neighbour.visitor, "localhost"),
        (abroad.visitor, OTHER_HOST),
        # The cookie of one shop says nothing in another.
        (caller.visitor, OTHER_HOST),
    ):
        client = Client() if somebody is None else makers.as_browser(Client(), somebody)
        answer = _ask(client, address, rows, host)
        assert answer.status_code in ({404} if address.row else SERVED), somebody
        assert MARK not in answer.content.decode()
    assert caller.visitor
    answer = _ask(makers.as_browser(Client(), caller.visitor), address, rows, "localhost")
    assert answer.status_code in SERVED
