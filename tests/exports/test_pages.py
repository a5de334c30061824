"""The export pages and the ledger's file: who gets what, by which address, and for how long."""

import datetime as dt
import re
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.signing import TimestampSigner
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from catalog_sync.models import Variant
from foundation.audit.models import AuditEvent
from foundation.exports import links
from foundation.exports.api import start_export
from foundation.exports.models import ExportJob
from foundation.shops.api import Role
from foundation.shops.models import Connection, Membership, Shop, User
from pricing.enums import PricingJobState
from pricing.models import AuditTrailEntry, PricingJob
from tests import factories, storage_servers
from tests.pricing.page_fixtures import catalogue, edited_outside, finished, job_in

from .conftest import content_of, settle, stored, table_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/exports/"
START = "/exports/start/pricing.ledger/"


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def browser(shop: Shop, owner: User) -> Client:
    del shop
    return logged_in(owner)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def ready(shop: Shop, person: User) -> ExportJob:
    """Make a finished export."""
    export = start_export(shop_id=shop.pk, exporter="pricing.ledger", params={}, actor_id=person.pk)
    settle()
    export.refresh_from_db()
    return export


def test_an_empty_list_teaches(browser: Client) -> None:
    page = text_of(browser, LIST)
    assert "No exports yet" in page
    assert 'href="/pricing/ledger/"' in page


def test_from_the_ledger_page_to_the_file(
    browser: Client, connection: Connection, owner: User
) -> None:
    variants = catalogue(connection)
    finished(connection, variants[:4], owner)
    edited_outside(variants[0], Decimal("7.50"))
    edited_outside(variants[5], Decimal("8.50"))
    page = text_of(browser, "/pricing/ledger/?layer=outside")
    assert "Export what matches" in page
    assert '<input type="hidden" name="layer" value="outside">' in page

    answer = browser.post(START, {"layer": "outside", "sku": ""}, follow=True)
    assert "The file is being made." in answer.content.decode()
    assert "Whose price: Outside edit" in answer.content.decode()
    assert "Queued" in answer.content.decode()
    settle()
    export = ExportJob.objects.get()
    page = text_of(browser, LIST)
    assert "Ready" in page
    assert f"/exports/{export.pk}/download/" in page
    assert export.file_url not in page

    leads = browser.get(f"/exports/{export.pk}/download/")
    assert leads.status_code == 302
    file = browser.get(leads["Location"])
    assert (file.status_code, file["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Cache-Control"] == "private, no-store"
    name = f"pricing-ledger-{export.created_at:%Y%m%d-%H%M%S}.csv"
    assert file["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file["Content-Length"] == str(export.byte_size)
    assert file.getvalue() == content_of(export)
    assert [row["sku"] for row in table_of(export)] == ["SKU-32", "SKU-11"]
    event = AuditEvent.objects.get(verb="exports.export.downloaded")
    assert (event.actor_id, event.object_id) == (owner.pk, str(export.pk))


def test_the_ledger_s_file_says_all_that_is_known(
    connection: Connection, owner: User, shop: Shop
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    variants = catalogue(connection, 1)
    Variant.objects.filter(pk=variants[0].pk).update(sku="=cmd|'/C calc'!A0")
    job = finished(connection, variants, owner)
    entry = AuditTrailEntry.objects.get()
    export = ready(shop, owner)

    (row,) = table_of(export)
    local, utc = row.pop("at"), row.pop("at_utc")
    assert dt.datetime.fromisoformat(local) == entry.at.replace(microsecond=0)
    assert local[-6:] in ("-05:00", "-04:00")
    assert dt.datetime.fromisoformat(utc).replace(microsecond=0) == entry.at.replace(microsecond=0)
    assert row == {
        "entry": str(entry.pk),
        "product": "Collar 1",
        "variant": "Small",
        "sku": "'=cmd|'/C calc'!A0",
        "whose_price": "base",
        "campaign_id": "",
        "cause": "manual_job",
        "actor": owner.email,
        "currency": "CAD",
        "price_before": "10.00",
        "price_after": "9.00",
        "compare_at_before": "",
        "compare_at_after": "",
        "base_price_after": "",
        "base_compare_at_after": "",
        "job": "Ten percent off",
        "job_id": str(job.pk),
        "request_id": "",
        "shopify_request_id": "req-1",
    }


@pytest.mark.parametrize(
    "params",
    [{}, {"layer": "base"}, {"cause": "outside_edit"}, {"sku": "sku-11"}, {"sku": "SKU"}],
)
def test_page_and_file_hold_the_same_rows(
    browser: Client, connection: Connection, owner: User, params: dict[str, str]
) -> None:
    variants = catalogue(connection)
    finished(connection, variants[:4], owner)
    edited_outside(variants[0], Decimal("7.50"))
    rows = browser.get("/pricing/ledger/", params).context["rows"]
    browser.post(START, params)
    settle()
    found = [int(row["entry"]) for row in table_of(ExportJob.objects.get())]
    assert found == [row.entry.pk for row in rows]


def test_other_shops_rows_are_in_no_file(
    connection: Connection, owner: User, stranger: User, shop: Shop
) -> None:
    edited_outside(catalogue(connection, 1)[0], Decimal("7.50"))
    elsewhere = Shop.objects.for_user(stranger).get()
    foreign = factories.shopify_connection(elsewhere, account="other.myshopify.com")
    edited_outside(catalogue(foreign, 1)[0], Decimal("66.66"))
    mine, theirs = ready(shop, owner), ready(elsewhere, stranger)
    assert [row["price_after"] for row in table_of(mine)] == ["7.50"]
    assert [row["price_after"] for row in table_of(theirs)] == ["66.66"]


def test_plan_and_results_of_a_job_are_exported_from_its_page(
    browser: Client, connection: Connection, owner: User
) -> None:
    variants = catalogue(connection, 2)
    job = finished(connection, variants, owner)
    page = text_of(browser, f"/pricing/{job.pk}/")
    for kind in ("plan", "results"):
        assert f"/exports/start/pricing.{kind}/" in page
        browser.post(f"/exports/start/pricing.{kind}/", {"job": str(job.pk)})
    settle()
    plan = table_of(ExportJob.objects.get(exporter="pricing.plan"))
    assert [(row["sku"], row["price_planned"], row["left_alone_because"]) for row in plan] == [
        ("SKU-11", "9.00", ""),
        ("SKU-12", "9.00", ""),
        ("SKU-21", "18.00", ""),
        ("SKU-22", "", "no_change"),
    ]
    results = table_of(ExportJob.objects.get(exporter="pricing.results"))
    assert [(row["sku"], row["outcome"], row["reason"]) for row in results] == [
        ("SKU-11", "applied", ""),
        ("SKU-12", "conflict", "Because of conflict."),
        ("SKU-21", "failed", "Because of failed."),
        ("SKU-22", "overwritten", "Because of overwritten."),
    ]
    assert "Ten percent off" in text_of(browser, LIST)


def test_a_job_of_another_shop_is_not_exported(browser: Client, stranger: User) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    foreign = factories.shopify_connection(elsewhere, account="other.myshopify.com")
    theirs: PricingJob = job_in(PricingJobState.PLANNED, foreign, catalogue(foreign, 1), stranger)
    for job in (str(theirs.pk), "nonsense", ""):
        answer = browser.post("/exports/start/pricing.plan/", {"job": job}, follow=True)
        assert "Nothing was started:" in answer.content.decode()
    assert ExportJob.objects.count() == 0


def test_bad_input_starts_nothing(browser: Client) -> None:
    assert browser.post("/exports/start/no.such/", {}).status_code == 404
    assert browser.get(START).status_code == 405
    for params in ({"layer": "nonsense"}, {"cause": "x"}, {"sku": "x" * 201}):
        answer = browser.post(START, params, follow=True)
        assert "Nothing was started:" in answer.content.decode()
    assert ExportJob.objects.count() == 0


def test_strangers_get_nothing(shop: Shop, owner: User, stranger: User) -> None:
    export = ready(shop, owner)
    foreign = logged_in(stranger)
    assert foreign.get(f"/exports/{export.pk}/download/").status_code == 404
    assert foreign.post(f"/exports/{export.pk}/cancel/").status_code == 404
    assert str(export.pk) not in text_of(foreign, LIST)
    # Neither with an address that was made for somebody else, nor with one for themselves.
    for whose in (owner, stranger):
        url = reverse("exports:file", args=[links.signed(export.pk, whose.pk)])
        assert foreign.get(url).status_code == 404
        assert Client().get(url).status_code == 302
    assert AuditEvent.objects.filter(verb="exports.export.downloaded").count() == 0


def test_who_is_no_member_any_more_gets_no_file(shop: Shop, owner: User, colleague: User) -> None:
    export = ready(shop, owner)
    url = reverse("exports:file", args=[links.signed(export.pk, colleague.pk)])
    client = logged_in(colleague)
    assert client.get(url).status_code == 200
    Membership.objects.filter(user=colleague).delete()
    factories.shop("Own", colleague)
    assert client.get(url).status_code == 404


def test_an_address_is_good_for_five_minutes(
    browser: Client, shop: Shop, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ready(shop, owner)
    token = links.signed(export.pk, owner.pk)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", f"{export.pk}:{owner.pk}"):
        assert browser.get(reverse("exports:file", args=[forged])).status_code == 404
    other = TimestampSigner(salt="another").sign(f"{export.pk}:{owner.pk}")
    assert browser.get(reverse("exports:file", args=[other])).status_code == 404
    monkeypatch.setattr(links, "GOOD_SECONDS", -1)
    late = browser.get(reverse("exports:file", args=[token]), follow=True)
    assert "Click Download again." in late.content.decode()


def test_a_file_that_is_gone_is_said_so(
    browser: Client, shop: Shop, owner: User, files: Path
) -> None:
    export = ready(shop, owner)
    (files / export.file_url).unlink()
    url = reverse("exports:file", args=[links.signed(export.pk, owner.pk)])
    assert "not kept any more" in browser.get(url, follow=True).content.decode()
    ExportJob.objects.filter(pk=export.pk).update(state="expired")
    for address in (url, f"/exports/{export.pk}/download/"):
        page = browser.get(address, follow=True).content.decode()
        assert "Make it again" in page


def test_who_asked_or_an_editor_may_cancel(shop: Shop, owner: User) -> None:
    viewer = factories.member("v@example.com", shop, Role.VIEWER)
    other = factories.member("w@example.com", shop, Role.VIEWER)
    assert logged_in(viewer).post(START).status_code == 302
    export = ExportJob.objects.get()
    cancel = f"/exports/{export.pk}/cancel/"
    assert logged_in(other).post(cancel).status_code == 403
    assert cancel not in text_of(logged_in(other), LIST)
    assert cancel in text_of(logged_in(viewer), LIST)
    page = logged_in(viewer).post(cancel, follow=True).content.decode()
    assert "Cancelled. No file is kept." in page
    late = logged_in(owner).post(cancel, follow=True).content.decode()
    assert "The export is cancelled" in late
    settle()
    assert stored() == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    count: int, browser: Client, shop: Shop, owner: User, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        ExportJob.objects.create(
            shop=shop,
            requested_by=owner,
            exporter="pricing.ledger",
            params_hash=str(n),
            state="running",
            started_at=timezone.now(),
            processed_records=5,
            total_records=10,
        )
    browser.get(LIST)
    # session, user, memberships; pulses, alerts; rows.
    with django_assert_num_queries(6):
        page = browser.get(LIST).content.decode()
    assert "5 of 10" in page
    assert 'data-live-topic="exports"' in page


def test_an_export_that_no_code_knows_is_still_shown(browser: Client, shop: Shop) -> None:
    ExportJob.objects.create(shop=shop, exporter="gone.long_ago", state="expired")
    page = text_of(browser, LIST)
    assert "gone.long_ago" in page
    assert "Make it again" not in page


def said(*words: str) -> str:
    out = StringIO()
    call_command("export_csv", *words, stdout=out)
    return out.getvalue()


def test_the_command(connection: Connection, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    edited_outside(catalogue(connection, 1)[0], Decimal("7.50"))
    where = ("pricing.ledger", "--shop", str(shop.pk))
    assert said(*where, "--dry-run").startswith("Dry run: 1 rows of entry, at, at_utc, product")
    assert ExportJob.objects.count() == 0
    with pytest.raises(CommandError, match="Select a valid choice"):
        said(*where, "--param", "layer=x")
    with pytest.raises(CommandError, match=r"no export called no\.such"):
        said("no.such", "--shop", str(shop.pk))
    with pytest.raises(CommandError, match="Not ended after 0 s; it goes on"):
        said(*where, "--wait", "--seconds", "0")
    few = ("--columns", "sku,at", "--bom")
    assert said(*where, "--dry-run", *few) == "Dry run: 1 rows of sku, at; nothing started.\n"
    for more in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match=r"no column skew\. There are: entry, at"):
            said(*where, "--columns", "skew", *more)
    assert said(*where).startswith("Export ")
    assert ExportJob.objects.count() == 1

    monkeypatch.setattr("time.sleep", lambda _: settle())
    export = ExportJob.objects.get()
    text = said(*where, "--wait")
    export.refresh_from_db()
    assert text == (
        f"Export {export.pk} is queued.\n"
        f"1 rows, {export.byte_size} bytes, sha256 {export.sha256}: {export.file_url}\n"
    )


def test_columns_are_chosen_on_a_page_in_the_wanted_order(browser: Client) -> None:
    page = text_of(browser, "/exports/options/pricing.ledger/?layer=outside&columns=sku,at&bom=1")
    assert "A CSV file of what matches: Whose price: Outside edit." in page
    assert '<input type="hidden" name="layer" value="outside">' in page
    ticked = re.findall(r'name="columns" value="(\w+)" checked', page)
    every = re.findall(r'name="columns" value="(\w+)"', page)
    assert (ticked, every[:3]) == (["sku", "at"], ["sku", "at", "entry"])
    assert 'name="bom" value="1" checked' in page
    assert 'href="/exports/options/pricing.ledger/?layer=outside"' in text_of(
        browser, "/pricing/ledger/?layer=outside"
    )

    posted = {"layer": "outside", "columns": ["sku", "at"], "bom": "1"}
    answer = browser.post(START, posted, follow=True).content.decode()
    assert "Columns: sku, at; with a byte order mark" in answer
    settle()
    export = ExportJob.objects.get()
    assert content_of(export) == b"\xef\xbb\xbfsku,at\n"
    page = text_of(browser, LIST)
    assert "/exports/options/pricing.ledger/?bom=1&amp;columns=sku%2Cat&amp;layer=outside" in page
    # Made again it is the same file.
    ExportJob.objects.update(state="expired")
    again = browser.post(START, export.params, follow=True)
    assert again.status_code == 200
    assert ExportJob.objects.latest("created_at").params == export.params
    assert ExportJob.objects.count() == 2


def test_columns_that_there_are_not_start_nothing(browser: Client) -> None:
    page = browser.post(START, {"columns": "nonsense"}, follow=True).content.decode()
    assert "Nothing was started: there is no column nonsense." in page
    asked = browser.get("/exports/options/pricing.ledger/?layer=x", follow=True).content.decode()
    assert "Nothing was started: " in asked
    assert ExportJob.objects.count() == 0


def test_why_one_waits_is_shown(browser: Client, shop: Shop) -> None:
    ExportJob.objects.create(shop=shop, exporter="pricing.ledger", error="The bucket is away.")
    assert '<div class="fr-text-warn">The bucket is away.</div>' in text_of(browser, LIST)


def test_a_storage_that_is_down_is_told_on_the_page(
    browser: Client, shop: Shop, owner: User, settings: Settings
) -> None:
    export = ready(shop, owner)
    down = storage_servers.storage_of("http://127.0.0.1:9", "some-bucket")
    url = reverse("exports:file", args=[links.signed(export.pk, owner.pk)])
    with override_settings(STORAGES={**settings.STORAGES, "default": down}):
        page = browser.get(url, follow=True).content.decode()
    assert "The file cannot be fetched now." in page
    assert AuditEvent.objects.filter(verb="exports.export.downloaded").count() == 0


def test_a_download_goes_on_where_it_broke(browser: Client, shop: Shop, owner: User) -> None:
    export = ready(shop, owner)
    url = reverse("exports:file", args=[links.signed(export.pk, owner.pk)])
    part = browser.get(url, headers={"Range": "bytes=6-"})
    assert (part.status_code, part.getvalue()) == (206, content_of(export)[6:])
