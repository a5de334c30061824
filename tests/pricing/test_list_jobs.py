"""From an uploaded list to the sandbox: exactly its prices, and nothing else."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from foundation.shops.models import Shop, User
from foundation.work.enums import Group
from pricing.api import Action, simple_rule
from pricing.enums import CompareAtAction, SkipReason
from pricing.models import PriceFile
from pricing.services import Refused, lock_variants, upload_list
from tests import factories
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

FROM_LIST = simple_rule(Action.FILE, compare_at=CompareAtAction.FILE)


@pytest.fixture(autouse=True)
def _own_files(files: Path) -> None:
    """Keep what is stored in a folder of each test's own."""


def listed(desk: TestDesk, text: str) -> PriceFile:
    """Upload a list and have it read."""
    made = upload_list(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        name="spring.csv",
        content=SimpleUploadedFile("spring.csv", text.encode()),
        size=len(text.encode()),
        encoding="utf-8",
        actor_id=desk.person.pk,
    )
    work(Group.HEAVY)
    made.refresh_from_db()
    return made


@pytest.fixture
def named(desk: TestDesk) -> list[Variant]:
    """Return three variants with SKUs of their own, all at other prices than the lists here say."""
    rows = list(Variant.objects.filter(connection=desk.connection).order_by("vendor_id")[:3])
    for number, row in enumerate(rows):
        row.sku = f"LISTED-{number}"
        row.save(update_fields=["sku"])
    return rows


def skips(job_plan: object) -> dict[str, int]:
    """Return how many rows of a plan were left alone, by reason."""
    rows = list(job_plan.values_list("skip", flat=True))  # type: ignore[attr-defined]  # a manager
    return {reason: rows.count(reason) for reason in set(rows)}


def test_exactly_the_prices_of_the_list_are_written(
    desk: TestDesk, merchant: Merchant, named: list[Variant]
) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    file = listed(
        desk,
        "sku;price;compare at\nLISTED-0;1.001,50;2.002,00\nlisted-1;0,99;\n"
        "LISTED-1;5,00;\nNOWHERE;7,00;\nLISTED-2;=1+1;\n",
    )
    job = desk.plan("From a list", FROM_LIST, selection=Selection(), price_file_id=file.pk)
    assert (job.planned_changes, job.planned_skips) == (2, 0)
    assert list(merchant.effects(since)) == []

    done = desk.run(job)
    first, second, _third = named
    expected = {
        **before,
        first.vendor_id: (Decimal("1001.50"), Decimal("2002.00")),
        second.vendor_id: (Decimal("0.99"), before[second.vendor_id][1]),
    }
    assert (done.state, done.applied) == ("completed", 2)
    assert merchant.prices() == expected


def test_a_variant_that_the_list_does_not_name_is_left_alone(
    desk: TestDesk, merchant: Merchant, named: list[Variant]
) -> None:
    before = merchant.prices()
    file = listed(desk, "sku,price\nLISTED-0,3.33\n")
    # A list and a selection together mean what is in both.
    both = desk.plan("Both", FROM_LIST, price_file_id=file.pk)
    assert skips(both.plan) == {"": 1}
    # A rule that asks for a list, in a job that has none.
    none = desk.plan("No list", FROM_LIST)
    assert set(skips(none.plan)) == {SkipReason.NOT_IN_FILE}
    desk.run(both)
    changed = {pk for pk, tag in merchant.prices().items() if tag != before[pk]}
    assert changed == {named[0].vendor_id}


def test_a_locked_variant_of_a_list_is_left_alone(
    desk: TestDesk, merchant: Merchant, named: list[Variant]
) -> None:
    before = merchant.prices()
    file = listed(desk, "sku,price\nLISTED-0,3.33\nLISTED-1,4.44\n")
    lock_variants(shop_id=desk.shop_id, variant_ids=[named[0].pk], reason="fixed", actor_id=None)
    job = desk.plan("From a list", FROM_LIST, selection=Selection(), price_file_id=file.pk)
    assert skips(job.plan) == {SkipReason.LOCKED: 1, "": 1}
    desk.run(job)
    assert merchant.prices() == {
        **before,
        named[1].vendor_id: (Decimal("4.44"), before[named[1].vendor_id][1]),
    }


def test_only_a_list_of_the_account_that_was_read_can_be_used(
    desk: TestDesk, stranger: User
) -> None:
    refused_list = listed(desk, "a,b\n1,2\n")
    assert refused_list.state == "refused"
    elsewhere = Shop.objects.for_user(stranger).get()
    other = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    foreign = PriceFile.objects.create(
        shop=elsewhere, connection=other, name="foreign.csv", state="ready"
    )
    for file, code in ((refused_list, "file_not_ready"), (foreign, "no_such_file")):
        with pytest.raises(Refused) as refused:
            desk.plan("x", FROM_LIST, selection=Selection(), price_file_id=file.pk)
        assert refused.value.code == code
