"""A program leads a campaign from draft to rollback at the sandbox, and what it is refused."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from config.demo.merchant import Merchant, PriceTag
from foundation.outbound.api import park_connection
from foundation.shops.models import User
from foundation.work.models import Job
from pricing.models import PricingJob
from tests.rest.conftest import Caller, program_of, told

from .conftest import CampaignDesk, work_off

pytestmark = pytest.mark.django_db(transaction=True)

CAMPAIGNS = "/api/campaigns/"
WISH: dict[str, Any] = {
    "name": "Short stock",
    "selection": {"all": True},
    "triggers": [{"kind": "stock_below", "threshold": 5, "margin": 1}],
    "rules": [{"action": {"kind": "percent", "value": "10"}}],
}
GRANTED = ["write_products", "write_inventory", "read_locations"]


@pytest.fixture
def program(desk: CampaignDesk, owner: User) -> Caller:
    """The owner's program, in a shop that is mirrored."""
    del desk
    return program_of(owner)


@pytest.fixture
def draft(program: Caller) -> dict[str, Any]:
    """A draft, as it was answered."""
    made: dict[str, Any] = program.send(CAMPAIGNS, WISH).json()
    return made


@pytest.fixture
def _scopes(merchant: Merchant) -> Iterator[None]:
    yield
    merchant.act("scopes", granted=GRANTED)


def move(program: Caller, campaign: dict[str, Any], status: str) -> Any:
    return program.send(campaign["url"], {"status": status}, method="PATCH")


def tenth_up(tag: PriceTag) -> PriceTag:
    return (tag[0] * Decimal("1.1")).quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


def all_of(program: Caller, url: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = program.get(url, {**query, "limit": "5"}).json()
    while True:
        found += page["items"]
        if page["next"] is None:
            return found
        page = program.get(page["next"]).json()


def test_from_draft_to_rollback(
    desk: CampaignDesk, merchant: Merchant, program: Caller, draft: dict[str, Any]
) -> None:
    desk.stock({each.vendor_id: 20 for each in desk.variants})
    before = merchant.prices()
    one, *_ = before
    body = move(program, draft, "active").json()
    assert (body["status"], body["possible"]) == ("active", ["paused", "ended"])
    work_off()
    desk.stock({one: 3})
    assert merchant.prices() == {**before, one: tenth_up(before[one])}

    body = program.get(draft["url"]).json()
    assert body["counts"] == {"variants": 12, "on": 1, "triggered": 1}
    (put,) = all_of(program, body["links"]["moves"])
    assert (put["variant"]["vendor_id"], put["kind"], put["cause"]) == (one, "put", "stock")
    rows = all_of(program, body["links"]["variants"])
    assert [row["variant"]["vendor_id"] for row in rows if row["on"]] == [one]
    (entry,) = all_of(program, body["links"]["ledger"])
    assert (entry["before"]["price"], entry["after"]["price"]) == (
        str(before[one][0]),
        str(tenth_up(before[one])[0]),
    )

    back = program.send(body["links"]["rollback"], {"reason": "A mistake"}, Idempotency_Key="one")
    assert (back.status_code, back.json()["status"]) == (202, "rolling_back")
    assert told(program.send(body["links"]["rollback"], {}))["state"] == "rolling_back"
    work_off()
    body = program.get(draft["url"]).json()
    assert (body["status"], body["counts"]["on"], body["status_reason"]) == ("rolled_back", 0, "")
    job = PricingJob.objects.get(pk=body["rollback_job"])
    assert body["links"]["rollback_job"] == f"http://testserver/api/pricing-jobs/{job.pk}/"
    assert merchant.prices() == before
    assert told(program.send(f"{draft['url']}rollback/", {}))["state"] == "rolled_back"
    # The answer that was kept is of when it was taken on.
    again = program.send(f"{draft['url']}rollback/", {"reason": "A mistake"}, Idempotency_Key="one")
    assert (again.status_code, again.content) == (202, back.content)


def test_activated_twice_it_begins_once(program: Caller, draft: dict[str, Any]) -> None:
    first, again = (move(program, draft, "active") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    campaign = Campaign.objects.get()
    assert [str(each) for each in campaign.history.all()] == [" → draft", "draft → active"]
    assert Job.objects.filter(name="campaigns.settle").count() == 1


def refused(program: Caller, draft: dict[str, Any]) -> dict[str, Any]:
    """Try to activate; nothing may come of it."""
    jobs = Job.objects.count()
    problem = told(move(program, draft, "active"))
    assert (problem["status"], problem["state"]) == (409, "draft")
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.activated_at, campaign.history.count()) == ("draft", None, 1)
    assert Job.objects.count() == jobs
    return problem


@pytest.mark.usefixtures("_scopes")
def test_without_scopes(program: Caller, draft: dict[str, Any], merchant: Merchant) -> None:
    merchant.act("scopes", granted=["read_products"])
    problem = refused(program, draft)
    assert problem["code"] == "not-listening"
    assert "read_inventory, read_locations, write_products" in problem["detail"]
    assert "Grant them" in problem["detail"]


def test_with_a_dead_token(program: Caller, draft: dict[str, Any], merchant: Merchant) -> None:
    merchant.misbehave({"kind": "unauthorized"})
    problem = refused(program, draft)
    assert (problem["code"], "token" in problem["detail"]) == ("not-listening", True)
    merchant.behave()
    assert move(program, draft, "active").status_code == 200


def test_of_a_connection_that_is_parked(
    program: Caller, draft: dict[str, Any], desk: CampaignDesk, merchant: Merchant
) -> None:
    park_connection(desk.connection.pk, "The app was uninstalled.")
    before = merchant.calls()
    problem = refused(program, draft)
    assert (problem["code"], merchant.calls()) == ("not-listening", before)
    assert "The app was uninstalled." in problem["detail"]


def test_of_a_shop_that_does_not_answer(
    program: Caller, draft: dict[str, Any], merchant: Merchant
) -> None:
    merchant.misbehave({"kind": "5xx_before", "operation": "ShopFacts"})
    problem = refused(program, draft)
    assert (problem["code"], problem["detail"].endswith("Try again.")) == ("not-listening", True)


def test_that_would_do_nothing(program: Caller, draft: dict[str, Any], merchant: Merchant) -> None:
    before = merchant.calls()
    for sent, code in (
        ({"selection": {"vendor": "Nobody"}}, "no-variants"),
        ({"selection": {"all": True}}, "end-over"),
    ):
        program.send(draft["url"], sent, method="PATCH")
        if code == "end-over":
            Campaign.objects.update(ends_at=timezone.now())
        assert refused(program, draft)["code"] == code
    # Nobody is asked whether they tell us of nothing.
    assert merchant.calls() == before
