"""Every address with everybody: anonymous, a stranger, and each role of the shop (house law 7).

A new address is added to ``TABLE``; ``test_the_table_is_complete`` fails until it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from campaigns.enums import CampaignState
from catalog_sync.models import Product, ReconciliationRun, Variant
from foundation.alerts.api import open_alert
from foundation.alerts.models import Alert
from foundation.audit.api import record
from foundation.exports.models import ExportJob
from foundation.mail.enums import MailState
from foundation.mail.models import Mail
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group, JobState
from foundation.work.models import Job
from orders.artwork.contracts import Lettering
from orders.artwork.document import blank, to_json
from orders.models import Design, Order, Photo, PrintBatch, PrintShop, RenderJob, ShippingRate
from pricing.models import (
    PlannedChange,
    PriceFile,
    PriceLock,
    PricingJob,
    PricingRule,
    ProcessingResult,
    RuleSet,
    SavedFilter,
)
from tests import factories
from tests.campaigns.page_fixtures import campaign_in
from tests.orders.shop import open_print_shop, sell
from tests.orders.test_every_address import NAMES as OF_VISITORS

MARK = "only-for-the-shop-itself"
PROBLEM = "application/problem+json"
ROLES = list(Role)
# What an address may answer to somebody who may open it: a page, a next page, or "fill this in".
SERVED = {200, 302, 422}
# The same of an address of the JSON API: done, taken on, not what it takes, not in this state.
SERVED_BY_API = {200, 201, 202, 204, 400, 409}


@dataclass(frozen=True)
class Url:
    """One address. ``role`` None: for everybody. ``row``: it names a row of the shop, so that a
    stranger gets 404. ``shows``: the owner sees ``MARK`` on it, and nobody else may. ``api``: one
    of the JSON API, asked as a browser does; nobody gets 401, and every refusal is a problem."""

    name: str
    role: Role | None = Role.VIEWER
    method: str = "get"
    kwargs: dict[str, Any] = field(default_factory=dict)
    row: str = ""
    shows: bool = False
    api: bool = False

    def __str__(self) -> str:
        verb = self.kwargs.get("verb", "")
        return f"{self.method} {self.name} {verb}".strip()


def _post(name: str, role: Role, row: str = "", **kwargs: Any) -> Url:
    return Url(name, role, "post", kwargs, row)


def _api(name: str, role: Role, method: str = "get", row: str = "", **kwargs: Any) -> Url:
    return Url(name, role, method, kwargs, row, shows=bool(row) and method == "get", api=True)


TABLE = [
    Url("index", shows=True),
    Url("login", None),
    Url("password_reset", None),
    Url("password_reset_done", None),
    Url("password_reset_confirm", None, kwargs={"uidb64": "x", "token": "y"}),
    Url("password_reset_complete", None),
    Url("frame_bars"),
    Url("palette"),
    Url("password_change"),
    Url("panic"),
    _post("panic_freeze", Role.EDITOR),
    _post("panic_release", Role.APPROVER),
    Url("audit_list", shows=True),
    Url("exchanges"),
    Url("work:jobs", shows=True),
    Url("work:job", row="job", shows=True),
    _post("work:jobs_act", Role.EDITOR, verb="cancel"),
    _post("work:job_act", Role.EDITOR, "job", verb="replay"),
    _post("work:job_act", Role.APPROVER, "job", verb="discard"),
    Url("mails:list", shows=True),
    Url("mails:detail", row="mail", shows=True),
    _post("mails:again", Role.EDITOR, "mail"),
    _post("mails:mark_sent", Role.EDITOR, "mail"),
    Url("connections:list", shows=True),
    Url("connections:add", Role.OWNER),
    Url("connections:add-stripe", Role.OWNER),
    Url("connections:detail", row="connection", shows=True),
    _post("connections:test", Role.OWNER, "connection"),
    _post("connections:park", Role.OWNER, "connection"),
    _post("connections:resume", Role.OWNER, "connection"),
    Url("connections:secrets", Role.OWNER, row="connection"),
    _post("connections:endpoint", Role.OWNER, "connection"),
    Url("alerts:list", shows=True),
    _post("alerts:take", Role.EDITOR, "alert"),
    _post("alerts:close", Role.EDITOR, "alert"),
    Url("exports:list", shows=True),
    _post("exports:start", Role.VIEWER, kind="pricing.ledger"),
    Url("exports:options", kwargs={"kind": "pricing.ledger"}),
    Url("exports:options", Role.APPROVER, kwargs={"kind": "audit"}),
    _post("exports:cancel", Role.EDITOR, "export"),
    Url("exports:download", row="export"),
    Url("pricing:job_list", shows=True),
    Url("pricing:new", Role.EDITOR),
    _post("pricing:preview", Role.EDITOR),
    _post("pricing:afresh", Role.EDITOR),
    Url("pricing:ledger"),
    Url("pricing:variant", row="variant", shows=True),
    Url("pricing:product_prices", row="product", shows=True),
    Url("pricing:job", row="pricing_job", shows=True),
    _post("pricing:confirm", Role.EDITOR, "pricing_job"),
    _post("pricing:drop_plans", Role.EDITOR),
    Url("pricing:moment"),
    _post("pricing:approve", Role.APPROVER, "pricing_job"),
    _post("pricing:reject", Role.APPROVER, "pricing_job"),
    _post("pricing:pause", Role.EDITOR, "pricing_job"),
    _post("pricing:resume", Role.EDITOR, "pricing_job"),
    _post("pricing:change_end", Role.EDITOR, "pricing_job"),
    _post("pricing:run_again", Role.EDITOR, "pricing_job"),
    _post("pricing:cancel", Role.EDITOR, "pricing_job"),
    _post("pricing:roll_back", Role.EDITOR, "pricing_job"),
    _post("pricing:restore", Role.EDITOR, "pricing_job"),
    _post("pricing:again", Role.EDITOR, "pricing_job"),
    Url("pricing:rule_sets", shows=True),
    _post("pricing:rule_set_save", Role.EDITOR),
    _post("pricing:rule_set_rename", Role.EDITOR, "rule_set"),
    Url("pricing:filters", shows=True),
    _post("pricing:filter_save", Role.EDITOR),
    Url("pricing:locks", shows=True),
    _post("pricing:lock_add", Role.EDITOR),
    _post("pricing:lock_remove", Role.EDITOR),
    Url("pricing:approval", Role.OWNER),
    Url("pricing:files", shows=True),
    Url("pricing:file_new", Role.EDITOR),
    Url("pricing:file", row="price_file", shows=True),
    Url("campaigns:list", shows=True),
    _post("campaigns:act", Role.EDITOR, verb="pause"),
    _post("campaigns:after_removal", Role.EDITOR, verb="resume"),
    Url("campaigns:new", Role.EDITOR),
    _post("campaigns:afresh", Role.EDITOR),
    _post("campaigns:preview", Role.EDITOR),
    _post("campaigns:review", Role.EDITOR),
    Url("campaigns:variant", row="variant", shows=True),
    Url("campaigns:campaign", row="campaign", shows=True),
    Url("campaigns:change", Role.EDITOR, row="campaign"),
    Url("campaigns:trial", row="campaign", shows=True),
    _post("campaigns:activate", Role.EDITOR, "campaign"),
    _post("campaigns:schedule", Role.EDITOR, "campaign"),
    _post("campaigns:unschedule", Role.EDITOR, "campaign"),
    _post("campaigns:pause", Role.EDITOR, "campaign"),
    _post("campaigns:resume", Role.EDITOR, "campaign"),
    Url("campaigns:end", Role.EDITOR, row="campaign"),
    _post("campaigns:end", Role.EDITOR, "campaign"),
    Url("campaigns:roll_back", Role.EDITOR, row="campaign", shows=True),
    _post("campaigns:roll_back", Role.EDITOR, "campaign"),
    _post("campaigns:switch", Role.EDITOR, "campaign"),
    _post("campaigns:take_back_in", Role.EDITOR, "campaign"),
    Url("orders:list", shows=True),
    _post("orders:act", Role.EDITOR, verb="ready"),
    Url("orders:order", row="order", shows=True),
    _post("orders:move", Role.EDITOR, "order", to="in_production"),
    Url("orders:ship", Role.EDITOR, row="order", shows=True),
    _post("orders:ship", Role.EDITOR, "order"),
    Url("orders:reprint", Role.EDITOR, row="order"),
    _post("orders:reprint", Role.EDITOR, "order"),
    Url("orders:note", Role.EDITOR, row="order", shows=True),
    _post("orders:note", Role.EDITOR, "order"),
    Url("orders:refund", Role.APPROVER, row="order"),
    _post("orders:refund", Role.APPROVER, "order"),
    Url("orders:cancel", Role.APPROVER, row="order"),
    _post("orders:cancel", Role.APPROVER, "order"),
    Url("orders:receipt", row="order"),
    Url("fulfilment:queue", shows=True),
    _post("fulfilment:pack", Role.EDITOR),
    Url("fulfilment:batch", row="print_batch", shows=True),
    Url("fulfilment:batch_file", Role.EDITOR, row="print_batch"),
    _post("fulfilment:batch_stop", Role.EDITOR, "print_batch"),
    _post("fulfilment:batch_ready", Role.EDITOR, "print_batch"),
    Url("fulfilment:ship_list", Role.EDITOR, shows=True),
    _post("fulfilment:ship_list", Role.EDITOR),
    Url("print_tables:print_shop", shows=True),
    Url("print_tables:products", shows=True),
    Url("print_tables:product_new", Role.APPROVER),
    Url("print_tables:product", row="print_product", shows=True),
    _post("print_tables:product", Role.APPROVER, "print_product"),
    _post("print_tables:product_move", Role.APPROVER, "print_product", step="up"),
    _post("print_tables:product_switch", Role.APPROVER, "print_product", to="off"),
    Url("print_tables:size_new", Role.APPROVER, row="print_product", shows=True),
    Url("print_tables:size", row="print_size", shows=True),
    _post("print_tables:size", Role.APPROVER, "print_size"),
    _post("print_tables:size_move", Role.APPROVER, "print_size", step="up"),
    _post("print_tables:size_switch", Role.APPROVER, "print_size", to="off"),
    Url("print_tables:shipping", shows=True),
    Url("print_tables:taxes", shows=True),
    Url("print_tables:trial", shows=True),
    Url("print_tables:rate_new", Role.APPROVER, kwargs={"kind": "taxes"}),
    Url("print_tables:import", Role.APPROVER, kwargs={"kind": "shipping"}),
    _post("print_tables:rate_undo", Role.APPROVER, kind="taxes", event_id=1),
    Url("print_tables:rate", Role.APPROVER, kwargs={"kind": "shipping"}, row="rate", shows=True),
    _post("print_tables:rate", Role.APPROVER, "rate", kind="shipping"),
    Url("print_tables:designs", shows=True),
    Url("print_tables:design", row="design", shows=True),
    Url("print_tables:renders", shows=True),
    _post("print_tables:renders_again", Role.EDITOR),
    _post("print_tables:render_again", Role.EDITOR, "render"),
    Url("print_tables:render_file", Role.EDITOR, kwargs={"kind": "png"}, row="render"),
    Url("catalog:product_list", shows=True),
    Url("catalog:product", row="product", shows=True),
    Url("catalog:mirror"),
    _post("catalog:sync", Role.EDITOR, "connection"),
    _post("catalog:reconcile", Role.EDITOR, "connection"),
    Url("catalog:reconciliations", shows=True),
    Url("api:docs"),
    _api("api:schema", Role.VIEWER),
    _api("exports_api:exports", Role.VIEWER),
    _api("exports_api:exports", Role.VIEWER, "post"),
    _api("exports_api:exporters", Role.VIEWER),
    _api("exports_api:export", Role.VIEWER, row="export"),
    _api("exports_api:cancel", Role.EDITOR, "post", "export"),
    _api("orders_api:staff-orders", Role.VIEWER),
    _api("orders_api:staff-order", Role.VIEWER, row="order"),
    _api("orders_api:staff-order", Role.EDITOR, "put", "order"),
    _api("pricing_api:jobs", Role.VIEWER),
    _api("pricing_api:jobs", Role.EDITOR, "post"),
    _api("pricing_api:preview", Role.EDITOR, "post"),
    _api("pricing_api:job", Role.VIEWER, row="pricing_job"),
    _api("pricing_api:plan", Role.VIEWER, row="pricing_job"),
    _api("pricing_api:results", Role.VIEWER, row="pricing_job"),
    _api("pricing_api:confirm", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:approve", Role.APPROVER, "post", "pricing_job"),
    _api("pricing_api:reject", Role.APPROVER, "post", "pricing_job"),
    _api("pricing_api:pause", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:resume", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:cancel", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:replan", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:rollback", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:restore", Role.EDITOR, "post", "pricing_job"),
    _api("pricing_api:again", Role.EDITOR, "post", "pricing_job"),
    _api("campaigns_api:campaigns", Role.VIEWER),
    _api("campaigns_api:campaigns", Role.EDITOR, "post"),
    _api("campaigns_api:campaign", Role.VIEWER, row="campaign"),
    _api("campaigns_api:campaign", Role.EDITOR, "patch", "campaign"),
    _api("campaigns_api:rollback", Role.EDITOR, "post", "campaign"),
    _api("campaigns_api:switch", Role.EDITOR, "post", "campaign"),
    _api("campaigns_api:take-back-in", Role.EDITOR, "post", "campaign"),
    _api("campaigns_api:variants", Role.VIEWER, row="campaign"),
    _api("campaigns_api:moves", Role.VIEWER, row="campaign"),
    _api("campaigns_api:ledger", Role.VIEWER, row="campaign"),
]
# Tested apart, because what they do is not a page of a shop, or takes the row away.
ELSEWHERE = {
    *("logout", "shop_switch", "exports:file", "storage:file", "api:token", "api:token_refresh"),
    "campaigns:discard",
    # Pictures are drawn of photos that there are; a deleted rate is not there for the next role.
    *("print_tables:design_picture", "print_tables:render_picture", "print_tables:rate_delete"),
    *("pricing:rule_set_delete", "pricing:filter_delete", "pricing:file_delete"),
    # What is named by an order and something of it.
    *("orders:picture", "orders:print_file", "orders:render_again", "orders:payment"),
}
# The argument of an address that names a row.
ARGUMENT = {
    "print_product": "product_id",
    "print_size": "size_id",
    "rate": "rate_id",
    "design": "design_id",
    "render": "render_id",
    "job": "job_id",
    "connection": "connection_id",
    "alert": "alert_id",
    "mail": "mail_id",
    "export": "export_id",
    "pricing_job": "job_id",
    "variant": "variant_id",
    "product": "product_id",
    "rule_set": "rule_set_id",
    "price_file": "file_id",
    "campaign": "campaign_id",
    "order": "order_id",
    "print_batch": "batch_id",
}


def _names(patterns: list[Any], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        elif pattern.namespace != "admin":
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern.url_patterns, inner)


def test_the_table_is_complete() -> None:
    known = {url.name for url in TABLE} | ELSEWHERE | OF_VISITORS
    assert set(_names(get_resolver().url_patterns)) == known


@pytest.fixture
def rows(shop: Shop, settings: Settings) -> dict[str, Any]:
    """One row of everything in the shop, each carrying ``MARK`` where a page would show it."""
    # Nobody listens there, so the test of a connection fails at once, as a page would show it.
    account = f"{MARK}.myshopify.com"
    settings.OUTBOUND_ADDRESS_MAP = {account: "http://127.0.0.1:9"}
    connection = factories.shopify_connection(shop, account=account)
    now = timezone.now()
    product = Product.objects.create(
        shop=shop,
        connection=connection,
        vendor_id=1,
        title=MARK,
        status="active",
        vendor_updated_at=now,
    )
    variant = Variant.objects.create(
        shop=shop,
        connection=connection,
        product=product,
        vendor_id=2,
        inventory_item_id=3,
        price="1.00",
        title=MARK,
        vendor_updated_at=now,
    )
    job = Job.objects.create(
        name="work.prune", group=Group.FAST, shop=shop, state=JobState.DEAD, error=MARK
    )
    Job.objects.create(
        name="work.prune",
        group=Group.FAST,
        shop=shop,
        state=JobState.RUNNING,
        waiting_for=MARK,
        lease_until=now,
    )
    ReconciliationRun.objects.create(shop=shop, connection=connection, job_id=1)
    pricing_job = PricingJob.objects.create(shop=shop, connection=connection, name=MARK)
    rule = {"action": {"kind": "percent", "value": "-10"}}
    PricingRule.objects.create(job=pricing_job, definition=rule)
    planned = PlannedChange.objects.create(
        job=pricing_job,
        position=1,
        batch=1,
        variant=variant,
        variant_vendor_id=variant.vendor_id,
        product_vendor_id=product.vendor_id,
        before_price="1.00",
        target_price="0.90",
    )
    ProcessingResult.objects.create(
        shop=shop, job=pricing_job, planned=planned, variant=variant, outcome="failed", reason=MARK
    )
    open_alert(shop_id=shop.pk, key=MARK, severity="warning", title=MARK, body="")
    record("shops.shop.seen", shop_id=shop.pk, object_type="shop", object_id=shop.pk, reason=MARK)
    campaign = campaign_in(CampaignState.ACTIVE, connection, [variant], name=MARK, on=1)
    order = Order.objects.create(
        shop=shop, number=1, currency="CAD", status="ready_to_ship", name=MARK, note=MARK
    )
    return {
        "order": order,
        "print_batch": PrintBatch.objects.create(shop=shop, order_ids=[order.pk], files="pdf"),
        "campaign": campaign,
        "connection": connection,
        "product": product,
        "variant": variant,
        "job": job,
        "alert": Alert.objects.get(key=MARK),
        "export": ExportJob.objects.create(
            shop=shop, exporter="pricing.ledger", params={"sku": MARK}
        ),
        "mail": Mail.objects.create(
            shop=shop, key=MARK, to="a@example.com", subject=MARK, state=MailState.UNKNOWN
        ),
        "pricing_job": pricing_job,
        "rule_set": RuleSet.objects.create(shop=shop, name=MARK, rules=[rule]),
        "filter": SavedFilter.objects.create(shop=shop, name=MARK, selection={"text": MARK}),
        **_prints(shop),
        "price_lock": PriceLock.objects.create(shop=shop, variant=variant, reason=MARK),
        "price_file": PriceFile.objects.create(
            shop=shop, connection=connection, name=MARK, state="ready"
        ),
    }


def _prints(shop: Shop) -> dict[str, Any]:
    open_print_shop(shop)
    PrintShop.objects.update(seller_name=MARK)
    size = sell(shop, name=MARK)
    photo = Photo.objects.create(
        shop=shop, width=1, height=1, byte_size=1, forgotten_at=timezone.now()
    )
    drawn: dict[str, Any] = {
        "document": to_json(replace(blank(photo.pk), name=Lettering(text=MARK))),
        "digest": "0" * 64,
    }
    design = Design.objects.create(shop=shop, size=size, photo=photo, checksum=1, **drawn)
    return {
        "print_product": size.product,
        "print_size": size,
        "rate": ShippingRate.objects.create(
            shop=shop,
            country="CA",
            method=MARK,
            parcel_class="tube",
            first_piece="9.00",
            each_further="2.50",
            days_least=3,
            days_most=7,
        ),
        "design": design,
        "render": RenderJob.objects.create(
            shop=shop,
            kind="preview",
            design=design,
            spec={},
            status="failed",
            failure_reason=MARK,
            **drawn,
        ),
    }


def _ask(url: Url, rows: dict[str, Any], person: User | None) -> Any:
    client = Client()
    if person is not None:
        client.force_login(person)
    kwargs = dict(url.kwargs)
    if url.row:
        kwargs[ARGUMENT[url.row]] = rows[url.row].pk
    extra = {"content_type": "application/json"} if url.api and url.method != "get" else {}
    return getattr(client, url.method)(reverse(url.name, kwargs=kwargs), **extra)


# These call abroad, which no transaction may surround: not the test's either.
CALLS = {"connections:test", "campaigns:activate"}


@pytest.mark.django_db
@pytest.mark.parametrize("url", [url for url in TABLE if url.name not in CALLS], ids=str)
def test_everybody(url: Url, rows: dict[str, Any], shop: Shop, owner: User, stranger: User) -> None:
    _walk(url, rows, shop, owner, stranger)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", [url for url in TABLE if url.name in CALLS], ids=str)
def test_everybody_where_calls_leave(
    url: Url, rows: dict[str, Any], shop: Shop, owner: User, stranger: User
) -> None:
    _walk(url, rows, shop, owner, stranger)


def _walk(url: Url, rows: dict[str, Any], shop: Shop, owner: User, stranger: User) -> None:
    people = {role: factories.member(f"{role}@example.com", shop, role) for role in ROLES[:-1]}
    people[Role.OWNER] = owner

    anonymous = _ask(url, rows, None)
    if url.role is None:
        assert anonymous.status_code == 200
        return
    if url.api:
        assert (anonymous.status_code, anonymous["Content-Type"]) == (401, PROBLEM)
    else:
        assert (anonymous.status_code, anonymous["Location"].partition("?")[0]) == (302, "/login/")
    served = SERVED_BY_API if url.api else SERVED

    elsewhere = _ask(url, rows, stranger)
    assert elsewhere.status_code in ({404} if url.row else served)
    assert MARK not in elsewhere.content.decode()

    # The weakest first: what the stronger ones do to the rows must not decide for the weaker.
    for role in ROLES:
        answer = _ask(url, rows, people[role])
        if role.may(url.role):
            assert answer.status_code in served, role
        else:
            assert answer.status_code == 403, role
            assert (answer["Content-Type"] == PROBLEM) == url.api
            assert MARK not in answer.content.decode()
        if url.shows and role is Role.OWNER:
            assert MARK in answer.content.decode(), "the owner must see what strangers must not"


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_log_out_is_by_post_only(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/logout/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_nobody_switches_to_a_shop_of_strangers(owner: User, shop: Shop, stranger: User) -> None:
    client = Client()
    client.force_login(owner)
    foreign = Shop.objects.for_user(stranger).get()
    assert client.post("/shop/", {"shop": foreign.pk}).status_code == 404
    assert shop.name in client.get("/").content.decode()
    assert "Elsewhere" not in client.get("/").content.decode()
    assert client.post("/shop/", {"shop": "nonsense"}).status_code == 404


@pytest.mark.django_db
def test_the_switch_never_leads_away(owner: User, shop: Shop) -> None:
    client = Client()
    client.force_login(owner)
    for given, expected in (
        ("https://evil.example/", "/"),
        ("//evil.example/pricing/", "/"),
        ("/pricing/3f0c/", "/pricing/"),
        ("/campaigns/3f0c/variants/?show=on", "/campaigns/"),
        ("/operations/jobs/17/", "/"),
    ):
        answer = client.post("/shop/", {"shop": shop.pk, "next": given})
        assert answer["Location"] == expected


@pytest.mark.django_db
def test_the_admin_is_for_ops(owner: User, connection: Connection) -> None:
    ops = factories.user("ops@example.com", is_staff=True)
    User.objects.filter(pk=ops.pk).update(is_superuser=True)
    expected = {None: 302, owner: 403, ops: 200}
    for path in ("", "work/job/", "shops/connection/", "audit/auditevent/"):
        for person, status in expected.items():
            client = Client()
            if person is not None:
                client.force_login(person)
            answer = client.get(f"/admin/{path}", follow=person is not None)
            assert (path, person, answer.status_code) == (path, person, status)
    client = Client()
    client.force_login(ops)
    page = client.get(f"/admin/shops/connection/{connection.pk}/change/").content.decode()
    assert connection.account in page
    assert "shpat_test" not in page
    assert "sealed" not in page.lower()
