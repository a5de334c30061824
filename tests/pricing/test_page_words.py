"""What price pages say beside their tables: nothing that was asked for is passed over silently."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import JobKind, Outcome, PricingJobState
from tests import factories
from tests.pricing.page_fixtures import catalogue, end, job_in

RULE = {"action": "percent", "value": "-10", "step": "0.05"}


@pytest.fixture
def connection(shop: Shop) -> Connection:
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


@pytest.fixture
def as_owner(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def _text(client: Client, url: str, **headers: str) -> str:
    return " ".join(client.get(url, headers=headers).content.decode().split())


def test_skus_that_nothing_has_are_named(as_owner: Client, variants: list[Variant]) -> None:
    asked = {**RULE, "way": "skus", "skus": f"{variants[0].sku.lower()}, NO-SUCH\nNOR-THIS"}
    seen = as_owner.post(reverse("pricing:preview"), asked).content.decode()
    assert "2 SKUs not in the catalogue, left out" in seen
    assert "NO-SUCH, NOR-THIS" in seen
    known = as_owner.post(reverse("pricing:preview"), {**asked, "skus": variants[0].sku})
    assert "not in the catalogue" not in known.content.decode()


@pytest.mark.usefixtures("variants")
def test_a_choice_with_a_mistake_is_not_called_empty(as_owner: Client) -> None:
    asked = {**RULE, "way": "filter", "text": "collar", "price_min": "-x"}
    seen = as_owner.post(reverse("pricing:preview"), asked).content.decode()
    assert "The choice is not complete" in seen
    assert "Nothing is chosen yet</h2>" not in seen


def test_a_job_says_what_it_does_and_what_took_it_back(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(
        PricingJobState.COMPLETED,
        connection,
        variants,
        owner,
        selection={"status": "active"},
        applied=6,
        finished_at=timezone.now(),
    )
    undo = job_in(
        PricingJobState.PLANNED,
        connection,
        variants,
        owner,
        kind=JobKind.ROLLBACK,
        rollback_of=job,
        name="Back",
    )
    seen = _text(as_owner, reverse("pricing:job", kwargs={"job_id": job.pk}))
    assert "For status Active." in seen
    assert ">Back</a>: planned" in seen
    assert "nothing written" in seen
    back = _text(as_owner, reverse("pricing:job", kwargs={"job_id": undo.pk}))
    assert f"Gives every price that “{job.name}” wrote its old value back" in back


def test_rows_are_fetched_again_while_they_are_written(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(PricingJobState.RUNNING, connection, variants, owner, started_at=timezone.now())
    url = reverse("pricing:job", kwargs={"job_id": job.pk})
    assert "No rows yet" in _text(as_owner, url)
    end(job, [Outcome.APPLIED])
    rows = _text(as_owner, url, **{"HX-Request": "true", "HX-Target": "rows"})
    assert rows.startswith('<section id="rows"')
    assert f'hx-get="{url}"' in rows
    assert rows.count("<tr>") == 2
