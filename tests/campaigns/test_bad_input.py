"""Campaigns that cannot be meant, at whatever door: refused with a reason, and nothing is done."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from campaigns.contracts import CampaignSpec
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.services import activate, amend, change, create, schedule, start_due
from campaigns.specs import spec_of
from campaigns.triggers import read_triggers
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from foundation.alerts.models import Alert
from foundation.outbound.api import park_connection
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from pricing.api import IllegalMove, Refused, read_rules
from pricing.models import CoveredVariant, PriceLayer
from tests import factories
from tests.campaigns.page_fixtures import campaign_in, draft
from tests.pricing.page_fixtures import catalogue

S = CampaignState
HOUR = dt.timedelta(hours=1)
NOBODY = Selection(vendor="Nobody")
WELL = CampaignSpec(
    name="Low stock",
    selection=Selection(all=True),
    triggers=read_triggers([{"kind": "always"}]),
    rules=read_rules([{"action": {"kind": "percent", "value": "5"}}]),
)

in_database = pytest.mark.django_db
# Beginning asks the shop, which no transaction may surround.
outside = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls: refused is what needs no call."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    assert refused.value.message.endswith(".")
    return refused.value.code


def spec(**parts: Any) -> CampaignSpec:
    values = {name: getattr(WELL, name) for name in ("name", "selection", "triggers", "rules")}
    return CampaignSpec(**{**values, **parts})


@in_database
@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"name": " "}, "name_wrong"),
        ({"name": "x" * 121}, "name_wrong"),
        ({"selection": Selection()}, "no_targets"),
        ({"selection": Selection(stock_max=5)}, "targets_move"),
        ({"selection": Selection(all=True, price_min=Decimal(5))}, "targets_move"),
        ({"triggers": ()}, "incomplete"),
        ({"rules": ()}, "incomplete"),
        ({"rules": read_rules([{"action": {"kind": "file"}}])}, "asks_for_list"),
        ({"priority": 1_001}, "number_wrong"),
        ({"cool_down_minutes": -1}, "number_wrong"),
        ({"moves_per_day": 0}, "number_wrong"),
        ({"min_margin": Decimal(100)}, "number_wrong"),
        (
            {"starts_at": timezone.now() + 2 * HOUR, "ends_at": timezone.now() + HOUR},
            "ends_before_start",
        ),
    ],
)
def test_what_contradicts_itself_is_neither_made_nor_changed_to(
    connection: Connection, owner: User, parts: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        create(
            shop_id=connection.shop_id,
            connection_id=connection.pk,
            spec=spec(**parts),
            actor_id=owner.pk,
        )
    assert code_of(refused) == code
    assert not PriceLayer.objects.exists()
    made = draft(connection, owner)
    before = spec_of(made)
    with pytest.raises(Refused) as refused:
        change(campaign=made, spec=spec(**parts), actor_id=owner.pk)
    assert code_of(refused) == code
    with pytest.raises(Refused) as refused:
        amend(campaign=made, changes=parts, actor_id=owner.pk)
    assert code_of(refused) == code
    assert spec_of(Campaign.objects.get()) == before


@outside
@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"selection": NOBODY.to_query()}, "no_variants"),
        ({"ends_at": timezone.now() - HOUR}, "end_over"),
    ],
    ids=["empty", "past"],
)
@pytest.mark.usefixtures("variants")
def test_what_would_do_nothing_does_not_begin(
    connection: Connection, owner: User, columns: dict[str, Any], code: str
) -> None:
    made = draft(connection, owner)
    Campaign.objects.filter(pk=made.pk).update(**columns)
    made.refresh_from_db()
    with pytest.raises(Refused) as refused:
        activate(campaign=made, actor_id=owner.pk)
    assert code_of(refused) == code
    Campaign.objects.filter(pk=made.pk).update(
        starts_at=min(timezone.now() + HOUR, columns.get("ends_at", timezone.now()) - HOUR)
    )
    with pytest.raises(Refused):
        schedule(campaign=made, actor_id=owner.pk)
    assert (Campaign.objects.get().state, Job.objects.count()) == ("draft", 0)
    assert not CoveredVariant.objects.exists()


@outside
@pytest.mark.usefixtures("variants")
def test_a_start_that_is_over_or_missing(connection: Connection, owner: User) -> None:
    made = draft(connection, owner)
    for starts_at, code in ((None, "no_start"), (timezone.now() - HOUR, "start_over")):
        Campaign.objects.filter(pk=made.pk).update(starts_at=starts_at)
        with pytest.raises(Refused) as refused:
            schedule(campaign=made, actor_id=owner.pk)
        assert code_of(refused) == code
    assert Campaign.objects.get().state == "draft"


@in_database
def test_a_scheduled_one_keeps_a_start(connection: Connection, owner: User) -> None:
    begins = timezone.now() + HOUR
    made = campaign_in(S.SCHEDULED, connection, person=owner, columns={"starts_at": begins})
    for starts_at, code in ((None, "no_start"), (timezone.now() - HOUR, "start_over")):
        with pytest.raises(Refused) as refused:
            amend(campaign=made, changes={"starts_at": starts_at}, actor_id=owner.pk)
        assert code_of(refused) == code
    assert Campaign.objects.get().starts_at == begins
    assert Job.objects.count() == 0
    amend(campaign=made, changes={"starts_at": begins + HOUR}, actor_id=owner.pk)
    assert Job.objects.get(name="campaigns.start_due").run_after == begins + HOUR


@outside
@pytest.mark.usefixtures("variants")
def test_one_whose_start_and_end_both_passed_while_nobody_worked(
    connection: Connection, owner: User
) -> None:
    now = timezone.now()
    times = {"starts_at": now - 2 * HOUR, "ends_at": now - HOUR}
    made = campaign_in(S.SCHEDULED, connection, person=owner, columns=times)
    assert start_due() == 1
    made.refresh_from_db()
    assert (made.state, made.activated_at, made.state_reason) == (
        "ended",
        None,
        "Its end had come.",
    )
    assert not CoveredVariant.objects.exists()
    assert start_due() == 0


@outside
@pytest.mark.usefixtures("variants")
def test_one_that_cannot_begin_at_its_time_stays_scheduled_and_says_why(
    connection: Connection, owner: User
) -> None:
    due = {"starts_at": timezone.now() - HOUR}
    empty = campaign_in(S.SCHEDULED, connection, person=owner, columns=due, selection=NOBODY)
    assert start_due() == 0
    empty.refresh_from_db()
    assert (empty.state, empty.activated_at) == ("scheduled", None)
    assert empty.state_reason.startswith("No variant matches its targets now")
    alert = Alert.objects.get(closed_at=None)
    assert (alert.severity, alert.title) == ("critical", "The campaign Low stock could not begin")
    assert empty.state_reason in alert.body

    park_connection(connection.pk, "The app was uninstalled.")
    parked = campaign_in(S.SCHEDULED, connection, person=owner, columns=due, name="Parked")
    assert start_due() == 0
    parked.refresh_from_db()
    assert (parked.state, "The app was uninstalled." in parked.state_reason) == ("scheduled", True)
    assert not Job.objects.filter(name="campaigns.settle").exists()
    assert not CoveredVariant.objects.exists()


@outside
@pytest.mark.usefixtures("variants")
@pytest.mark.parametrize("state", [S.ACTIVE, S.PAUSED, S.ENDED, S.ROLLING_BACK, S.ROLLED_BACK])
def test_what_has_begun_does_not_begin_again(
    connection: Connection, owner: User, state: CampaignState
) -> None:
    made = campaign_in(state, connection, person=owner)
    with pytest.raises(IllegalMove):
        activate(campaign=made, actor_id=owner.pk)
    with pytest.raises(Refused) as refused:
        change(campaign=made, spec=WELL, actor_id=owner.pk)
    assert code_of(refused) == "has_begun"
    assert (Campaign.objects.get().state, Job.objects.count()) == (state, 0)
