"""Choosing variants for a new job: by hand, from what is saved, from the address; and its cost."""

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog_sync.models import Location, StockLevel, Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import PriceFileState
from pricing.models import (
    PriceLock,
    PricingJob,
    RuleSet,
    SavedFilter,
)
from tests import factories
from tests.pricing.page_fixtures import catalogue

from .forms import (
    ORDINARY,
    PLAIN,
    TEN_OFF,
    URL,
    Poster,
    condition,
    logged_in,
    price_list,
    rules,
    shown,
    told,
)

pytestmark = pytest.mark.django_db


# -- choosing --------------------------------------------------------------------------------------


def test_another_shops_things_are_not_chosen(post: Poster, stranger: User) -> None:
    other_shop = Shop.objects.get(memberships__user=stranger)
    theirs = factories.shopify_connection(other_shop, account="elsewhere.myshopify.com")
    foreign = catalogue(theirs, 1, first=90)
    ids = [str(each.pk) for each in foreign]
    file = price_list(theirs, foreign)
    kept = RuleSet.objects.create(shop=other_shop, name="Theirs", rules=[TEN_OFF])
    saved = SavedFilter.objects.create(shop=other_shop, name="Theirs", selection={"all": True})
    nothing = "Nothing in the catalogue matches."
    assert nothing in post(way="chosen", variant_ids=ids)
    assert nothing in post(way="chosen", product_ids=[str(foreign[0].product_id)])
    assert nothing in post(way="skus", skus="SKU-901")
    assert "Select a valid choice" in post(connection=str(theirs.pk))
    assert "Select a valid choice" in post(way="list", price_file=str(file.pk))
    assert "no such saved rule set" in post(rule_set=str(kept.pk))
    assert "no such saved filter" in post(saved_filter=str(saved.pk))
    assert PricingJob.objects.count() == 0


def test_the_preview_counts_and_evaluates_what_is_typed(preview: Poster) -> None:
    seen = preview(all="", vendor="Birch")
    assert "<strong>2</strong>" in seen
    assert "18.00" in seen
    half = preview(value="1e30")
    assert ORDINARY in told(half)["errors"]["0.action.value"]
    assert "<strong>6</strong>" in half


def test_the_preview_says_the_rules_and_what_each_decides(
    shop: Shop, preview: Poster, variants: list[Variant], connection: Connection
) -> None:
    Location.objects.create(shop=shop, connection=connection, vendor_id=77, name="Warehouse")
    StockLevel.objects.create(
        shop=shop,
        connection=connection,
        inventory_item_id=variants[0].inventory_item_id,
        location_vendor_id=77,
        available=9,
        vendor_updated_at=timezone.now(),
    )
    at_home = {"field": "stock_at", "op": "gte", "value": "5", "location": "77"}
    first = TEN_OFF | {"when": {"items": [at_home]}, "rounding": {"step": "1", "ending": "0.99"}}
    second = condition(field="vendor", op="is", value="Birch")
    said = told(preview(rules(first, second, {"action": {"kind": "set"}})))
    assert said["words"] == [
        "1. When stock at Warehouse is at least 5: lower by 10 %, rounded to .99",
        "2. When vendor is Birch: lower by 10 %",
        None,
    ]
    assert list(said["errors"]) == ["2.action.value"]
    page = preview(rules(first, second))
    assert told(page)["counts"] == {"1": 1, "2": 2}
    assert told(page)["tried"] == 6
    assert "<strong>3</strong> No rule applies to it" in page
    assert "8.99 CAD" in page


def test_locked_covered_and_costly_variants_are_shown_as_what_they_are(
    shop: Shop, preview: Poster, variants: list[Variant]
) -> None:
    PriceLock.objects.create(shop=shop, variant=variants[0], reason="agreed")
    factories.cover(variants[1], [TEN_OFF], base_price="50.00")
    Variant.objects.filter(pk=variants[2].pk).update(cost=Decimal(19))
    seen = preview()
    assert "<strong>1</strong> Its price is locked" in seen
    assert "<strong>5</strong> would change" in seen
    assert "<strong>1</strong> would fall below cost" in seen
    assert "50.00" in seen
    assert "45.00 CAD" in seen
    assert "its base price; a campaign is on" in seen


def test_unknown_skus_are_named(preview: Poster) -> None:
    seen = preview(way="skus", skus="sku-11, GONE-1\nGONE-2; SKU-12")
    assert "2 SKUs not in the catalogue, left out: <span" in seen
    assert "GONE-1, GONE-2" in seen
    assert "<strong>2</strong> variants of 1 product" in seen


def test_a_price_list_is_chosen_whole_or_narrowed(
    post: Poster, preview: Poster, variants: list[Variant], connection: Connection, owner: User
) -> None:
    file = price_list(connection, variants[:3])
    form = {**rules({"action": {"kind": "file"}}), "way": "list", "price_file": str(file.pk)}
    seen = preview(form)
    assert "<strong>3</strong> variants of 2 products" in seen
    assert "7.77 CAD" in seen
    assert "<strong>1</strong> variant of 1 product" in preview(form, text="SKU-21")
    post(form)
    job = PricingJob.objects.get()
    assert (job.price_file, job.selection) == (file, {})
    copied = shown(logged_in(owner), f"{URL}?copy={job.pk}")
    assert f'<option value="{file.pk}" selected>' in copied
    assert told(copied)["rules"] == [{"action": {"kind": "file"}}]


@pytest.mark.parametrize("state", [PriceFileState.READING, PriceFileState.REFUSED])
def test_a_list_that_is_not_ready_is_no_choice(
    state: PriceFileState, post: Poster, variants: list[Variant], connection: Connection
) -> None:
    file = price_list(connection, variants, state=state)
    assert "Select a valid choice" in post(way="list", price_file=str(file.pk))
    assert PricingJob.objects.count() == 0


def test_a_list_of_another_account_is_refused_at_the_list(
    shop: Shop, post: Poster, variants: list[Variant]
) -> None:
    second = factories.shopify_connection(shop, account="second.myshopify.com")
    file = price_list(second, variants)
    assert "of another Shopify account" in post(way="list", price_file=str(file.pk))


def test_the_picker_shows_products_opens_them_and_keeps_ticks(
    preview: Poster, variants: list[Variant]
) -> None:
    first, other = variants[0], variants[4]
    form = {**PLAIN, "way": "chosen", "text": "SKU-1", "variant_ids": [str(other.pk)]}
    seen = preview(form)
    assert seen.count('name="product_ids"') == 1
    assert seen.count("checked") == 1, "what is ticked stays, though it is not found"
    assert "Chosen already" in seen
    assert f'id="variant-{first.pk}"' not in seen
    opened = preview(form, expand=str(first.product_id))
    assert f'id="variant-{first.pk}"' in opened
    ticked = preview(form, product_ids=str(first.product_id), expand=str(first.product_id))
    assert "<strong>3</strong> variants of 2 products" in ticked
    assert ticked.count("checked disabled") == 2
    assert "All that match: 2 variants of 1 product" in seen


def test_all_that_match_means_the_search(post: Poster, preview: Poster) -> None:
    form = {**PLAIN, "way": "chosen", "all": "", "text": "SKU-2", "all_matching": "on"}
    assert "<strong>2</strong> variants of 1 product" in preview(form)
    post(form)
    assert PricingJob.objects.get().selection == {"text": "SKU-2"}


def test_a_tick_is_a_variant_or_a_whole_product(post: Poster, variants: list[Variant]) -> None:
    variant, product = str(variants[0].pk), str(variants[2].product_id)
    post(way="chosen", variant_ids=variant, product_ids=product)
    assert PricingJob.objects.get().selection == {
        "variant_ids": [variant],
        "product_ids": [product],
    }


def test_too_many_ticks_are_better_told_by_a_filter(preview: Poster, post: Poster) -> None:
    ids = [str(uuid.uuid4()) for _ in range(501)]
    assert "At most 500 can be chosen one by one" in post(way="chosen", variant_ids=ids)
    assert "The choice is not complete" in preview(way="chosen", variant_ids=ids)


def test_more_products_are_shown_on_demand(preview: Poster, connection: Connection) -> None:
    catalogue(connection, 20, first=50)
    form = {**PLAIN, "way": "chosen"}
    assert preview(form).count('name="product_ids"') == 12
    assert 'data-show-more="36"' in preview(form)
    assert preview(form, shown="36").count('name="product_ids"') == 23
    for odd in ("-1", "x", "9999", "٣", ""):
        assert preview(form, shown=odd).count('name="product_ids"') >= 12
