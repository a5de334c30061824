"""The runs ``campaign`` and ``reconcile``: prices follow stock whatever happens in between."""

import datetime as dt
import time
from contextlib import suppress
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tests.chaos.house import FULL, House, Scale, Trouble, open_house

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from config.demo.merchant import PriceTag
    from tests.chaos.model import Verdict

WRITE = "productVariantsBulkUpdate"
BELOW, ABOVE = -10, -30
QUIET_SECONDS = 600.0


def off(tag: "PriceTag", percent: int) -> "PriceTag":
    """Return a price changed by percent, as the rules of these campaigns do."""
    price = tag[0] * (100 + percent) / 100
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


class Model:
    """What the shop must show: own prices, two campaigns, and the last edit of each variant."""

    def __init__(self, own: dict[int, "PriceTag"], above: set[int]) -> None:
        """``above``: the variants that the upper campaign is about, too."""
        self.own, self.above = dict(own), above
        self.edited: dict[int, PriceTag] = {}
        self.on: set[str] = set()

    def edit(self, variant: int, price: Decimal) -> None:
        """Somebody sets a price in Shopify: from now on it is the variant's own."""
        self.own[variant] = self.edited[variant] = (price, self.own[variant][1])

    def shown(self) -> dict[int, "PriceTag"]:
        """Return what is shown. Of edited variants only the end is known: their own price."""
        return {
            variant: tag
            if variant in self.edited
            else off(tag, ABOVE)
            if "above" in self.on and variant in self.above
            else off(tag, BELOW)
            if "below" in self.on
            else tag
            for variant, tag in self.own.items()
        }


def campaign(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Begin, end and roll back two overlapping campaigns amid killed workers and edits."""
    if scale.products >= FULL.products:
        scale = replace(scale, products=2_000, variants_per_product=5, kills=20, edits=200)
    with open_house(scale) as house:
        return campaign_in(house, scale)


def campaign_in(house: House, scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play it in a house that is open."""
    from campaigns.api import activate, end, roll_back  # noqa: PLC0415 -- needs Django
    from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- likewise

    own = house.merchant.prices()
    ids = sorted(own)
    model = Model(own, set(ids[: len(ids) // 2]))
    person = house.desk.person.pk
    below = make_campaign(house, "Below", BELOW, Selection(all=True), priority=10)
    above = make_campaign(house, "Above", ABOVE, _selection(house, model.above), priority=20)
    house.merchant.misbehave(
        {"kind": "slow_after", "operation": WRITE, "seconds": 0.2, "rate": 0.2},
        {"kind": "lose_answer", "operation": WRITE, "rate": 0.05},
        seed=scale.seed,
    )
    facts: dict[str, Any] = {"variants": len(ids), "workers_killed": 0, "edits": 0}
    with Trouble(lambda: _trouble(house, scale, model, facts), every=0.4) as trouble:
        activate(campaign=below, actor_id=person)
        activate(campaign=above, actor_id=person)
        time.sleep(0.4 * (scale.kills + 2))
        await_settled(below, above)
        end(campaign=below, actor_id=person)
        roll_back(campaign=above, actor_id=person, reason="chaos")
        while facts["edits"] < scale.edits or facts["workers_killed"] < scale.kills:
            time.sleep(0.2)
    facts["troubles"] = trouble.done
    house.merchant.behave()
    quiet(house)
    verdict = Verdict()
    compare(verdict, house, model.shown())
    _judge_edits(verdict, house, model)
    _judge_ends(verdict, below, above)
    return verdict, facts


def make_campaign(
    house: House, name: str, percent: int, selection: Any, **options: Any
) -> "Campaign":
    from campaigns.api import CampaignSpec, create, read_triggers  # noqa: PLC0415 -- needs Django
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise

    return create(
        shop_id=house.desk.shop_id,
        connection_id=house.desk.connection.pk,
        spec=CampaignSpec(
            name=name,
            selection=selection,
            triggers=read_triggers(options.pop("triggers", [{"kind": "always"}])),
            rules=(simple_rule(Action.PERCENT, percent),),
            follows_catalogue=False,
            **options,
        ),
        actor_id=house.desk.person.pk,
    )


def _selection(house: House, vendor_ids: set[int]) -> Any:
    from catalog_sync.api import Selection  # noqa: PLC0415 -- needs Django
    from catalog_sync.models import Variant  # noqa: PLC0415 -- likewise

    rows = Variant.objects.filter(connection=house.desk.connection, vendor_id__in=vendor_ids)
    return Selection(variant_ids=tuple(rows.values_list("pk", flat=True)))


def _trouble(house: House, scale: Scale, model: Model, facts: dict[str, Any]) -> None:
    """Kill a worker, and edit a few prices nobody has edited yet."""
    if facts["workers_killed"] < scale.kills:
        group = house.rng.choice(["remote", "fast"])
        facts["workers_killed"] += bool(house.stack.kill_child_randomly(group, house.rng))
    left = [each for each in model.own if each not in model.edited]
    count = min(scale.edits - facts["edits"], max(1, scale.edits // max(1, scale.kills)))
    edits: list[tuple[int, Decimal]] = []
    for variant in house.rng.sample(left, max(0, min(count, len(left)))):
        # A price that no campaign makes of any other one here.
        price = Decimal(1_000) + Decimal(facts["edits"] + len(edits)) / 100
        edits.append((variant, price))
        model.edit(variant, price)
    if edits:
        house.merchant.edit(edits)
        facts["edits"] += len(edits)


def await_settled(*campaigns: "Campaign") -> None:
    from campaigns.models import Campaign  # noqa: PLC0415 -- needs Django
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise

    rows = Campaign.objects.filter(pk__in=[each.pk for each in campaigns])
    wait_until(
        lambda: not rows.filter(settled_at=None).exists(),
        "the campaigns to have looked at everything",
        seconds=QUIET_SECONDS,
    )


def quiet(house: House) -> None:
    """Wait until every webhook has ended, and no job is due, running or waiting for others."""
    from django.utils import timezone  # noqa: PLC0415 -- needs Django

    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    def rests() -> bool:
        soon = timezone.now() + dt.timedelta(seconds=20)
        open_jobs = Job.objects.filter(state__in=("running", "waiting"))
        due = Job.objects.filter(state="queued", run_after__lte=soon)
        under_way = house.merchant.deliveries_by_status().get("pending")
        return not under_way and not open_jobs.exists() and not due.exists()

    for _ in range(2):
        wait_until(rests, "a quiet house", seconds=QUIET_SECONDS, every=0.3)
        time.sleep(1)


def compare(verdict: "Verdict", house: House, expected: dict[int, "PriceTag"]) -> None:
    for variant, tag in house.merchant.prices().items():
        if tag != expected[variant]:
            said = f"{variant} costs {tag}, not {expected[variant]}: {_story(variant)}"
            verdict.blame("wrong", said)


def _story(vendor_id: int) -> str:
    """Tell what ledger and results know of a variant, for whoever seeks why a price is wrong."""
    from pricing.models import (  # noqa: PLC0415 -- needs Django
        AuditTrailEntry,
        CoveredVariant,
        ProcessingResult,
    )

    of = {"variant__vendor_id": vendor_id}
    entries = AuditTrailEntry.objects.filter(**of).order_by("pk")
    results = ProcessingResult.objects.filter(**of).order_by("pk")
    times = ("read_updated_at", "intended_at", "written_updated_at")
    told = (
        entries.values_list("layer", "cause", "price_after", "vendor_updated_at", "at"),
        results.values_list(
            "job__kind", "outcome", "before_price", "target_price", "found_price", *times
        ),
        CoveredVariant.objects.filter(**of).values_list("stack", "let_go", "base_price", "base_at"),
    )
    return " | ".join(
        "; ".join(" ".join(str(part) for part in row) for row in rows) for rows in told
    )


def _judge_edits(verdict: "Verdict", house: House, model: Model) -> None:
    """Every edit stands in the ledger, and the ledger ends with what is shown."""
    from pricing.models import AuditTrailEntry  # noqa: PLC0415 -- needs Django

    told = set(
        AuditTrailEntry.objects.filter(layer="outside").values_list(
            "variant__vendor_id", "price_after"
        )
    )
    for variant, tag in model.edited.items():
        if (variant, tag[0]) not in told:
            verdict.blame("lost", f"the edit of {variant} to {tag[0]} stands in no ledger")
    last = {
        row[0]: row[1]
        # By the vendor's time: an edit may be told after the write that came after it.
        for row in AuditTrailEntry.objects.order_by("vendor_updated_at", "pk").values_list(
            "variant__vendor_id", "price_after"
        )
    }
    shown = house.merchant.prices()
    for variant, price in last.items():
        if price != shown[variant][0]:
            verdict.blame("wrong", f"{variant}'s ledger ends with {price}, not {shown[variant]}")


def _judge_ends(verdict: "Verdict", below: "Campaign", above: "Campaign") -> None:
    from pricing.models import CoveredVariant, PricingJob  # noqa: PLC0415 -- needs Django

    for row, state in ((below, "ended"), (above, "rolled_back")):
        row.refresh_from_db()
        if (row.state, row.variants_on) != (state, 0):
            verdict.blame("wrong", f"{row.name} is {row.state} with {row.variants_on} on")
    covered = CoveredVariant.objects.count()
    if covered:
        verdict.blame("wrong", f"{covered} variants are still covered")
    running = PricingJob.objects.filter(kind="campaign", state="running").count()
    if running:
        verdict.blame("wrong", f"{running} price jobs never ended")


LOW = 5


def reconcile(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Drop deliveries and delete a subscription: one reconciliation finds all of it."""
    with open_house(scale) as house:
        return reconcile_in(house, scale)


def reconcile_in(house: House, scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play it in a house that is open."""
    from campaigns.api import activate  # noqa: PLC0415 -- needs Django
    from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- likewise

    own = house.merchant.prices()
    low = make_campaign(
        house,
        "Low",
        10,
        Selection(all=True),
        triggers=[{"kind": "stock_below", "threshold": LOW}],
    )
    activate(campaign=low, actor_id=house.desk.person.pk)
    await_settled(low)
    house.merchant.misbehave({"kind": "webhook_drop", "rate": 0.05}, seed=scale.seed)
    facts: dict[str, Any] = {"variants": len(own)}
    _sell(house, scale.sales // 2)
    _unsubscribe(house, "inventory_levels/update")
    _sell(house, scale.sales // 2)
    house.merchant.behave()
    quiet(house)
    facts["stock_wrong_before"] = len(_stock_wrong(house))
    facts |= _reconciled(house)
    quiet(house)
    verdict = Verdict()
    for variant in _stock_wrong(house):
        verdict.blame("lost", f"the mirror does not know the stock of {variant}")
    compare(verdict, house, _by_stock(house, own))
    hooks = {each["topic"] for each in house.merchant.act_get("subscriptions")["subscriptions"]}
    if "INVENTORY_LEVELS_UPDATE" not in hooks:
        verdict.blame("lost", "the subscription was not restored")
    if not facts["stock_wrong_before"]:
        verdict.blame("wrong", "nothing was dropped: the run shows nothing")
    finish(house, low)
    return verdict, facts


def finish(house: House, row: "Campaign") -> None:
    """End a campaign and wait until its prices are back, for whatever comes next in this house."""
    from campaigns.api import end  # noqa: PLC0415 -- needs Django

    end(campaign=row, actor_id=house.desk.person.pk)
    quiet(house)


def _sell(house: House, sales: int) -> None:
    stocked = [row for row in house.merchant.variants() if (row["available"] or 0) > 1]
    for row in house.rng.sample(stocked, min(sales, len(stocked))):
        with suppress(OSError):
            house.merchant.sell(row["id"], house.rng.randint(1, row["available"]))


def _unsubscribe(house: House, topic: str) -> None:
    from catalog_sync.api import shopify_client  # noqa: PLC0415 -- needs Django

    client = shopify_client(house.desk.connection.pk)
    for each in client.subscriptions():
        if each.topic == topic:
            client.unsubscribe(each.id)


def _stock_wrong(house: House) -> list[int]:
    from catalog_sync.models import Variant  # noqa: PLC0415 -- needs Django

    known = dict(
        Variant.objects.filter(connection=house.desk.connection, tracked=True).values_list(
            "vendor_id", "stock"
        )
    )
    return [
        row["id"]
        for row in house.merchant.variants()
        if row["id"] in known and known[row["id"]] != row["available"]
    ]


def _reconciled(house: House) -> dict[str, Any]:
    """Run one reconciliation to its end; returns what it counted."""
    from catalog_sync.models import ReconciliationRun  # noqa: PLC0415 -- needs Django
    from catalog_sync.services import start_reconciliation  # noqa: PLC0415 -- likewise
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise

    job_id = start_reconciliation(house.desk.connection.pk, None, reason="chaos")
    run = wait_until(
        lambda: ReconciliationRun.objects.filter(job_id=job_id, finished_at__isnull=False).first(),
        "the reconciliation",
        seconds=QUIET_SECONDS,
    )
    return {"counts": run.counts, "points": run.points, "lag_seconds": run.lag and run.lag.seconds}


def _by_stock(house: House, own: dict[int, "PriceTag"]) -> dict[int, "PriceTag"]:
    """The model: what is tracked and low costs a tenth more."""
    from catalog_sync.models import Variant  # noqa: PLC0415 -- needs Django

    tracked = set(
        Variant.objects.filter(connection=house.desk.connection, tracked=True).values_list(
            "vendor_id", flat=True
        )
    )
    low = {
        row["id"]
        for row in house.merchant.variants()
        if row["id"] in tracked and row["available"] is not None and row["available"] <= LOW
    }
    return {variant: off(tag, 10) if variant in low else tag for variant, tag in own.items()}
