"""What a new job begins with: saved filters and rules, an earlier job, the address; its cost."""

import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import ConflictPolicy
from pricing.enums import PricingJobState as S
from pricing.models import (
    PricingRule,
    RuleSet,
    SavedFilter,
)
from tests.pricing.page_fixtures import catalogue, job_in

from .forms import (
    PREVIEW,
    TEN_OFF,
    URL,
    WHOLE_LANGUAGE,
    Poster,
    logged_in,
    price_list,
    rules,
    shown,
    told,
)

pytestmark = pytest.mark.django_db


# -- what is saved in the shop ---------------------------------------------------------------------


def test_a_saved_filter_becomes_the_filter(shop: Shop, as_owner: Client, preview: Poster) -> None:
    saved = SavedFilter.objects.create(
        shop=shop, name="Birch", selection={"vendor": "Birch", "stock_min": 1}
    )
    assert "Birch</option>" in shown(as_owner)
    seen = preview(all="on", saved_filter=str(saved.pk), text="collar")
    assert "The filter “Birch” is taken over." in seen
    assert "<strong>2</strong> variants" in seen
    assert '<option value="Birch" selected>' in seen
    assert told(seen)["words"] == ["1. Lower by 10 %, rounded to multiples of 0.05"]
    by_address = shown(as_owner, f"{URL}?saved_filter={saved.pk}")
    assert "<strong>2</strong> variants" in by_address


def test_a_saved_rule_set_becomes_the_rules(shop: Shop, as_owner: Client, preview: Poster) -> None:
    kept = RuleSet.objects.create(shop=shop, name="Clearance", rules=WHOLE_LANGUAGE)
    assert "Clearance</option>" in shown(as_owner)
    said = told(preview(rule_set=str(kept.pk)))
    assert (said["from"], said["rules"]) == ("Clearance", WHOLE_LANGUAGE)
    assert "rules" not in told(preview())
    assert told(shown(as_owner, f"{URL}?rule_set={kept.pk}"))["rules"] == WHOLE_LANGUAGE


# -- presets ---------------------------------------------------------------------------------------


def test_a_job_is_copied_with_rules_policy_and_choice(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(
        S.EXPIRED,
        connection,
        variants,
        owner,
        selection={"skus": ["SKU-11"]},
        conflict_policy=ConflictPolicy.OVERWRITE,
    )
    PricingRule.objects.create(job=job, position=2, definition=WHOLE_LANGUAGE[0])
    seen = shown(as_owner, f"{URL}?copy={job.pk}")
    assert "SKU-11" in seen
    assert "copy of “Ten percent off”" in seen
    assert told(seen)["rules"] == [TEN_OFF, WHOLE_LANGUAGE[0]]
    assert 'value="overwrite" checked' in seen


def test_a_job_of_failed_rows_is_copied_with_the_variants_of_its_plan(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    first = job_in(S.COMPLETED, connection, variants, owner)
    again = job_in(
        S.PLANNED,
        connection,
        variants[:2],
        owner,
        selection={"outcomes": ["failed"]},
        again_of=first,
    )
    seen = shown(as_owner, f"{URL}?copy={again.pk}")
    assert "<strong>2</strong> variants of 1 product" in seen


def test_a_copied_rollback_or_foreign_job_is_none(
    connection: Connection, variants: list[Variant], stranger: User, owner: User
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner, name="Ours alone")
    for wrong in (job.pk, uuid.uuid4(), "x"):
        assert "Ours alone" not in shown(logged_in(stranger), f"{URL}?copy={wrong}")


def test_the_form_is_preset_from_the_address(as_owner: Client, variants: list[Variant]) -> None:
    variant = variants[0]
    assert f'value="{variant.pk}" id="variant-{variant.pk}" checked' in shown(
        as_owner, f"{URL}?variant_ids={variant.pk}"
    )
    assert "<strong>2</strong> variants of 1 product" in shown(
        as_owner, f"{URL}?product_ids={variant.product_id}"
    )
    assert "<strong>2</strong> variants of 1 product" in shown(as_owner, f"{URL}?vendor=Birch")
    wrong = shown(as_owner, f"{URL}?stock_min=x")
    assert "Nothing is chosen yet" in wrong
    assert "The filter in the address cannot be read." in wrong


# -- what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("products", [1, 3])
@pytest.mark.parametrize(
    ("way", "queries"), [("filter", 18), ("skus", 19), ("chosen", 23), ("list", 18)]
)
def test_a_preview_costs_the_same_for_one_and_three(
    products: int,
    way: str,
    queries: int,
    connection: Connection,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = catalogue(connection, products)
    file = price_list(connection, rows)
    form = {
        **rules(TEN_OFF),
        "way": way,
        "skus": "\n".join(each.sku for each in rows),
        "variant_ids": [str(each.pk) for each in rows],
        "expand": [str(each.product_id) for each in rows],
        "price_file": str(file.pk),
        "draft": str(uuid.uuid4()),
    }
    as_owner.post(PREVIEW, form)
    with django_assert_num_queries(queries):
        as_owner.post(PREVIEW, form)


@pytest.mark.parametrize("products", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(
    products: int,
    connection: Connection,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    catalogue(connection, products)
    with django_assert_num_queries(19):
        shown(as_owner, f"{URL}?all=1")
