"""``manage.py prints``: what ops see and do, and what a dry run leaves alone."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from foundation.shops.models import User
from orders.enums import RenderStatus
from orders.models import Order, PrintBatch
from tests import factories

from .conftest import logged_in
from .making import Desk, S, renders_of

pytestmark = pytest.mark.django_db


def prints(*arguments: str) -> str:
    """Run the command and return what it says."""
    out = io.StringIO()
    call_command("prints", *arguments, stdout=out)
    return out.getvalue()


def test_stuck_says_which_and_why(desk: Desk) -> None:
    assert prints("stuck") == "Every paid order is in production.\n"
    order = desk.order(S.PAID, rendered=False, paid_at=timezone.now() - dt.timedelta(minutes=40))
    desk.fail_render(order, "The paper is out.", next_attempt_at=None)
    said = prints("stuck")
    assert f"{order}: paid 40 min ago." in said
    assert "could not be made: The paper is out." in said
    assert f"prints render {renders_of(order).get().pk} --again" in said
    assert prints("stuck", "--minutes", "60") == "Every paid order is in production.\n"


def test_render_makes_again_what_failed(desk: Desk) -> None:
    order = desk.order(S.PAID, rendered=False)
    desk.fail_render(order, next_attempt_at=None)
    render = renders_of(order).get()
    for what in (str(order.number), str(order.pk), str(render.pk)):
        with pytest.raises(CommandError, match="--again"):
            prints("render", what)
        prints("render", what, "--again", "--dry-run")
        assert renders_of(order).get().status == RenderStatus.FAILED
    assert prints("render", str(render.pk), "--again") == "It is made again.\n"
    assert renders_of(order).get().status == RenderStatus.QUEUED
    with pytest.raises(CommandError, match="It is queued"):
        prints("render", str(render.pk), "--again")
    desk.fail_render(order, next_attempt_at=None)
    assert prints("render", str(order.number), "--again") == f"Order {order}: 1 are made.\n"
    assert renders_of(order).get().status == RenderStatus.QUEUED


def test_render_refuses_what_is_not_there(desk: Desk) -> None:
    draft = desk.draft()
    for what, said in (
        ("nonsense", "neither an order's number nor an id"),
        ("99999", "There is no order or render 99999"),
        (str(draft.number), "nothing is printed"),
    ):
        with pytest.raises(CommandError, match=said):
            prints("render", what)


def test_zip_packs_a_day_of_the_shop(desk: Desk) -> None:
    noon = dt.datetime(2026, 7, 3, 12, tzinfo=dt.UTC)
    order = desk.order(S.IN_PRODUCTION, in_production_at=noon)
    desk.order(S.IN_PRODUCTION, in_production_at=noon + dt.timedelta(days=1))
    gone = desk.order(S.IN_PRODUCTION, in_production_at=noon)
    Order.objects.filter(pk=gone.pk).update(status="canceled")
    said = prints("zip", "2026-07-03", "--dry-run")
    assert said == f"1 orders would be packed: {order}\n"
    assert not PrintBatch.objects.exists()
    assert f"1 orders are packed: {order}" in prints("zip", "2026-07-03", "--files", "both")
    batch = PrintBatch.objects.get()
    assert (batch.order_ids, batch.files) == ([order.pk], "both")
    with pytest.raises(CommandError, match="nothing to print"):
        prints("zip", "2026-07-05")


def test_ops_find_it_all_in_the_admin_and_change_nothing(desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    ops = factories.user("ops@example.com", is_staff=True)
    User.objects.filter(pk=ops.pk).update(is_superuser=True)
    client: Client = logged_in(ops)
    for model in (
        *("order", "orderline", "orderstatuschange", "renderjob", "design", "customer"),
        *("visitor", "printbatch"),
    ):
        assert client.get(f"/admin/orders/{model}/").status_code == 200, model
        assert client.get(f"/admin/orders/{model}/add/").status_code == 403, model
    page = f"/admin/orders/order/{order.pk}/"
    assert order.email in client.get(f"{page}change/").content.decode()
    assert client.post(f"{page}change/", {"note": "x"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    found = client.get("/admin/orders/order/", {"q": order.email}).content.decode()
    assert str(order.number) in found
