"""Price locks: nothing here writes a locked price, at no time; who may lock, and what is asked."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from foundation.audit.models import AuditEvent
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from pricing.enums import Outcome, SkipReason
from pricing.models import PriceLock
from pricing.services import Refused, lock_filter, lock_product, lock_variants, unlock
from tests import factories
from tests.pricing.conftest import TestDesk
from tests.pricing.page_fixtures import catalogue

ADD, REMOVE, LIST = "/pricing/locks/add/", "/pricing/locks/remove/", "/pricing/locks/"
at_the_sandbox = pytest.mark.django_db(transaction=True)
in_the_database = pytest.mark.django_db


def changed(before: dict[int, Any], after: dict[int, Any]) -> set[int]:
    return {vendor_id for vendor_id, tag in after.items() if tag != before[vendor_id]}


def planned_for(job: Any, reason: str = "") -> set[int]:
    rows = job.plan.filter(skip=reason)
    return set(rows.values_list("variant_vendor_id", flat=True))


def locking(desk: TestDesk) -> dict[str, Any]:
    return {"shop_id": desk.shop_id, "reason": "agreed", "actor_id": desk.person.pk}


# -- what a lock holds back, at the sandbox --------------------------------------------------------


@at_the_sandbox
def test_a_plan_leaves_locked_prices_alone_and_says_so(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    rows = list(Variant.objects.filter(connection=desk.connection).order_by("vendor_id"))
    lock_variants(variant_ids=[rows[0].pk], **locking(desk))
    lock_product(product_id=rows[-1].product_id, **locking(desk))
    locked = {rows[0].vendor_id} | {
        row.vendor_id for row in rows if row.product_id == rows[-1].product_id
    }
    job = desk.plan()
    assert planned_for(job, SkipReason.LOCKED) == locked
    written = planned_for(job)
    assert locked.isdisjoint(written)
    desk.run(job)
    assert changed(before, merchant.prices()) == written


@at_the_sandbox
def test_a_lock_set_after_the_plan_holds_the_run_back(desk: TestDesk, merchant: Merchant) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    kept = job.plan.filter(skip="").order_by("position")[0]
    lock_variants(variant_ids=[kept.variant_id], **locking(desk))
    done = desk.run(job)
    (result,) = done.results.filter(outcome=Outcome.SKIPPED, planned=kept)
    assert result.reason == SkipReason.LOCKED
    assert (done.state, done.applied) == ("completed", job.planned_changes - 1)
    after = merchant.prices()
    assert after[kept.variant_vendor_id] == before[kept.variant_vendor_id]
    assert changed(before, after) == planned_for(job) - {kept.variant_vendor_id}
    # Not written and written back: the shop never heard of it.
    heard = {effect["variant_id"] for effect in merchant.effects(since)}
    assert heard == planned_for(job) - {kept.variant_vendor_id}


@at_the_sandbox
def test_the_way_back_leaves_what_was_locked_since(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.run(desk.plan())
    ran = merchant.prices()
    first, second = job.results.filter(outcome=Outcome.APPLIED).order_by("pk")[:2]
    lock_variants(variant_ids=[first.variant_id], **locking(desk))
    undo = desk.plan_rollback(job)
    assert planned_for(undo, SkipReason.LOCKED) == {first.planned.variant_vendor_id}
    # And one that was locked between the plan of the way back and its run.
    lock_variants(variant_ids=[second.variant_id], **locking(desk))
    done = desk.run(undo)
    held = {first.planned.variant_vendor_id, second.planned.variant_vendor_id}
    after = merchant.prices()
    assert {vendor_id: after[vendor_id] for vendor_id in held} == {
        vendor_id: ran[vendor_id] for vendor_id in held
    }
    assert changed(before, after) == held
    assert done.results.filter(reason=SkipReason.LOCKED).count() == 2


@at_the_sandbox
def test_a_locked_filter_follows_the_catalogue(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    rows = list(Variant.objects.filter(connection=desk.connection).order_by("vendor_id"))
    lock_filter(selection=Selection(text="PROTECTED"), **locking(desk))
    free = desk.plan("Before")
    assert planned_for(free, SkipReason.LOCKED) == set()

    # What fits later is locked then: for the next plan, and for the run of this one.
    rows[0].title = "Protected one"
    rows[0].save(update_fields=["title"])
    assert planned_for(desk.plan("After"), SkipReason.LOCKED) == {rows[0].vendor_id}
    desk.run(free)
    assert changed(before, merchant.prices()) == planned_for(free) - {rows[0].vendor_id}

    rows[0].title = "Free again"
    rows[0].save(update_fields=["title"])
    assert planned_for(desk.plan("Later"), SkipReason.LOCKED) == set()


@at_the_sandbox
def test_an_unlocked_price_is_written_again(desk: TestDesk, merchant: Merchant) -> None:
    lock_filter(selection=Selection(all=True), **locking(desk))
    assert desk.plan().planned_changes == 0
    lock = PriceLock.objects.get()
    assert unlock(shop_id=desk.shop_id, lock_ids=[lock.pk], actor_id=desk.person.pk) == 1
    job = desk.plan()
    before = merchant.prices()
    desk.run(job)
    assert changed(before, merchant.prices()) == planned_for(job) != set()


# -- the verbs -------------------------------------------------------------------------------------


@pytest.fixture
def account(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(account: Connection) -> list[Variant]:
    return catalogue(account)


@in_the_database
def test_one_lock_of_a_thing_is_enough_and_the_first_reason_stays(
    shop: Shop, owner: User, variants: list[Variant]
) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    ids = [each.pk for each in variants]
    first = lock_variants(variant_ids=ids[:2], reason="first", **who)
    second = lock_variants(variant_ids=[*ids[1:3], uuid.uuid4()], reason="second", **who)
    assert ((first.added, first.already), (second.added, second.already)) == ((2, 0), (1, 1))
    product = variants[0].product_id
    assert lock_product(product_id=product, reason="all of it", **who).added == 1
    assert lock_product(product_id=product, reason="again", **who).already == 1
    chosen = Selection(vendor="Maple")
    assert lock_filter(selection=chosen, reason="brand", **who).added == 1
    assert lock_filter(selection=chosen, reason="again", **who).already == 1
    reasons = sorted(PriceLock.objects.values_list("reason", flat=True))
    assert reasons == ["all of it", "brand", "first", "first", "second"]
    deeds = AuditEvent.objects.filter(verb="pricing.price_lock.added").order_by("pk")
    assert [(each.reason, each.details["count"], each.actor_id) for each in deeds] == [
        ("first", 2, owner.pk),
        ("second", 2, owner.pk),
        ("all of it", 1, owner.pk),
        ("brand", 1, owner.pk),
    ]


@in_the_database
def test_a_lock_needs_a_reason_and_a_thing(
    shop: Shop, owner: User, stranger: User, variants: list[Variant]
) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("no_reason", lambda: lock_variants(variant_ids=[variants[0].pk], reason=" ", **who)),
        ("no_reason", lambda: lock_filter(selection=Selection(tag="x"), reason="x" * 201, **who)),
        ("no_filter", lambda: lock_filter(selection=Selection(), reason="x", **who)),
        ("no_such_product", lambda: lock_product(product_id=uuid.uuid4(), reason="x", **who)),
    ]
    for code, verb in refused:
        with pytest.raises(Refused) as caught:
            verb()
        assert caught.value.code == code
    elsewhere = {"shop_id": Shop.objects.for_user(stranger).get().pk, "actor_id": stranger.pk}
    made = lock_variants(variant_ids=[variants[0].pk], reason="x", **elsewhere)
    assert (
        made.added,
        PriceLock.objects.count(),
        AuditEvent.objects.filter(verb__startswith="pricing.price_lock").count(),
    ) == (0, 0, 0)


@in_the_database
def test_nobody_unlocks_what_is_another_shop_s(
    shop: Shop, owner: User, stranger: User, variants: list[Variant]
) -> None:
    lock_variants(shop_id=shop.pk, variant_ids=[variants[0].pk], reason="x", actor_id=owner.pk)
    lock = PriceLock.objects.get()
    elsewhere = Shop.objects.for_user(stranger).get()
    assert unlock(shop_id=elsewhere.pk, lock_ids=[lock.pk], actor_id=stranger.pk) == 0
    client = Client()
    client.force_login(stranger)
    for posted in (
        {"lock": lock.pk},
        {"variant_id": variants[0].pk},
        {"matching": "1"},
        {"matching": "1", "q": "x"},
    ):
        client.post(REMOVE, posted)
    assert client.post(ADD, {"variant_id": variants[1].pk, "reason": "x"}).status_code == 404
    assert (
        client.post(ADD, {"product_id": variants[1].product_id, "reason": "x"}).status_code == 404
    )
    assert list(PriceLock.objects.values_list("pk", flat=True)) == [lock.pk]


# -- the pages -------------------------------------------------------------------------------------


@pytest.fixture
def client(owner: User) -> Client:
    made = Client()
    made.force_login(owner)
    return made


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@in_the_database
def test_one_variant_or_product_is_locked_from_its_page_and_leads_back(
    client: Client, variants: list[Variant]
) -> None:
    variant = variants[0]
    page = reverse("pricing:variant", kwargs={"variant_id": variant.pk})
    answer = client.post(ADD, {"variant_id": variant.pk, "reason": "contract", "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    answer = client.post(ADD, {"product_id": variant.product_id, "reason": "contract"})
    assert answer["Location"] == LIST
    assert PriceLock.objects.count() == 2
    # Without a reason: said, nothing locked, and back where one was.
    answer = client.post(ADD, {"variant_id": variants[1].pk, "reason": "", "next": page})
    assert (answer["Location"], PriceLock.objects.count()) == (page, 2)
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = client.post(REMOVE, {"variant_id": variant.pk, "next": away})
        assert answer["Location"] == LIST
    client.post(REMOVE, {"product_id": variant.product_id})
    assert PriceLock.objects.count() == 0
    assert client.post(ADD, {"variant_id": "nonsense", "reason": "x"}).status_code == 404
    assert client.post(REMOVE, {"lock": "nonsense"}).status_code == 404


@in_the_database
def test_many_skus_are_locked_at_once_and_unknown_ones_named(
    client: Client, variants: list[Variant]
) -> None:
    Variant.objects.filter(pk=variants[3].pk).update(sku="sku-11")
    posted = {"skus": 'SKU-11, sku-12;NOWHERE\n"SKU-21"\nSKU-21', "reason": "contract"}
    seen = text_of(client.post(ADD, posted, follow=True))
    assert "4 prices are locked." in seen
    assert "Not in the catalogue, so not locked: NOWHERE." in seen
    locked = set(PriceLock.objects.values_list("variant__vendor_id", flat=True))
    assert locked == {11, 12, 21, 22}
    assert "All of these were locked already." in text_of(client.post(ADD, posted, follow=True))
    for skus, reason, said in (
        ("NOWHERE", "x", "No variant of the catalogue has one of these SKUs."),
        (" , ;", "x", "Paste at least one SKU."),
        ("SKU-31", "", "Say why: whoever meets the lock wants to know."),
    ):
        answer = client.post(ADD, {"skus": skus, "reason": reason})
        assert (answer.status_code, said in text_of(answer)) == (422, True), said
    assert PriceLock.objects.count() == 4


@in_the_database
def test_a_lock_on_everything_is_asked_about_twice(client: Client, variants: list[Variant]) -> None:
    del variants
    for everything in ({"all": "on"}, {"status": "active"}, {"price_min": "0"}):
        answer = client.post(ADD, {**everything, "reason": "stocktaking"})
        assert answer.status_code == 422
        assert "This locks every price of the shop: 6 variants now" in text_of(answer)
        assert PriceLock.objects.count() == 0
    client.post(ADD, {"vendor": "Maple", "reason": "brand"})
    client.post(ADD, {"all": "on", "reason": "stocktaking", "sure": "1"})
    assert [lock.selection for lock in PriceLock.objects.order_by("locked_at")] == [
        {"vendor": "Maple"},
        {"all": True},
    ]
    answer = client.post(ADD, {"reason": "nothing chosen"})
    assert "Set at least one filter: this one would lock nothing." in text_of(answer)
    answer = client.post(ADD, {"stock_min": "9", "stock_max": "1", "reason": "x"})
    assert "It is below the minimum." in text_of(answer)


@in_the_database
def test_locks_are_found_and_removed_by_what_matches(
    client: Client, variants: list[Variant], shop: Shop, owner: User
) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    lock_variants(variant_ids=[each.pk for each in variants[:3]], reason="contract", **who)
    lock_product(product_id=variants[4].product_id, reason="brand", **who)
    lock_filter(selection=Selection(vendor="Birch"), reason="brand", **who)
    seen = text_of(client.get(LIST))
    assert ("SKU-11" in seen, "Collar 3" in seen, "a filter: 2 variants now" in seen) == (True,) * 3
    assert "SKU-12" not in text_of(client.get(f"{LIST}?q=SKU-11"))
    assert "contract" not in text_of(client.get(f"{LIST}?kind=filter"))
    only = text_of(client.get(f"{LIST}?q=brand"))
    assert "2 locks match." in only
    assert "Nothing is locked" not in text_of(client.get(f"{LIST}?q=nowhere"))
    client.post(REMOVE, {"matching": "1", "q": "brand"})
    assert set(PriceLock.objects.values_list("reason", flat=True)) == {"contract"}
    (event,) = AuditEvent.objects.filter(verb="pricing.price_lock.removed")
    assert (event.actor_id, event.details["count"]) == (owner.pk, 2)
    # A forgotten filter removes nothing.
    client.post(REMOVE, {})
    assert PriceLock.objects.count() == 3


@in_the_database
def test_a_viewer_sees_locks_and_changes_none(
    shop: Shop, owner: User, variants: list[Variant]
) -> None:
    lock_variants(
        shop_id=shop.pk, variant_ids=[variants[0].pk], reason="contract", actor_id=owner.pk
    )
    viewer = Client()
    viewer.force_login(factories.member("vera.viewer@example.com", shop, Role.VIEWER))
    seen = text_of(viewer.get(LIST))
    assert ("contract" in seen, ADD in seen, REMOVE in seen) == (True, False, False)
    lock = PriceLock.objects.get()
    assert viewer.post(REMOVE, {"lock": lock.pk}).status_code == 403
    assert viewer.post(ADD, {"variant_id": variants[1].pk, "reason": "x"}).status_code == 403
    assert PriceLock.objects.count() == 1


@in_the_database
@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    items: int,
    client: Client,
    shop: Shop,
    owner: User,
    variants: list[Variant],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk, "reason": "x"}
    for number in range(items):
        lock_variants(variant_ids=[variants[number].pk], **who)
        lock_product(product_id=variants[2 * number].product_id, **who)
        lock_filter(selection=Selection(price_max=Decimal(number + 1)), **who)
    with django_assert_num_queries(8):
        assert client.get(LIST).status_code == 200
