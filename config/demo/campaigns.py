"""The story of campaigns: prices follow stock, lie over each other, go back; on bad days, too."""

import sys
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from campaigns.api import (
    CampaignSpec,
    activate,
    create,
    end,
    read_triggers,
    roll_back,
)
from campaigns.models import Campaign, CampaignMove
from catalog_sync.api import Selection
from catalog_sync.models import StockHistory, Variant
from config.demo.flows import Facts, expect, flow
from config.demo.merchant import Merchant, PriceTag
from config.demo.pricing_jobs import Desk, await_mirror
from config.demo.waiting import wait_until
from foundation.alerts.models import Alert
from foundation.mail.models import Mail
from foundation.work.api import jobs_numbered, replay
from foundation.work.models import Job
from pricing.api import Action, Rule, simple_rule
from pricing.models import AuditTrailEntry, PricingJob, PricingRule

LOW = 5
WRITE = "productVariantsBulkUpdate"


def percent(tag: PriceTag, by: int) -> PriceTag:
    """Return a price raised or lowered by percent, as the rules of this story do."""
    price = tag[0] * (100 + by) / 100
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


def stocked(desk: Desk, count: int, *, skip: int = 0) -> list[Variant]:
    """Return variants with a stock well above the threshold, one of a product each."""
    rows = Variant.objects.filter(
        connection=desk.connection,
        deleted_at=None,
        tracked=True,
        position=1,
        stock__gt=LOW + 2,
        price__gt=2,
        covered=None,
    )
    return list(rows.order_by("-vendor_id")[skip : skip + count])


def draft(
    desk: Desk,
    name: str,
    variants: Sequence[Variant],
    rule: Rule,
    *,
    triggers: Sequence[dict[str, Any]] = ({"kind": "always"},),
    **options: Any,
) -> Campaign:
    """Make a campaign about these variants."""
    return create(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        spec=CampaignSpec(
            name=name,
            selection=Selection(variant_ids=tuple(each.pk for each in variants)),
            triggers=read_triggers(list(triggers)),
            rules=(rule,),
            **options,
        ),
        actor_id=desk.person.pk,
    )


def begin(desk: Desk, campaign: Campaign) -> Campaign:
    """Activate a campaign and wait until its variants are in line."""
    activate(campaign=campaign, actor_id=desk.person.pk)
    return settled(campaign)


def settled(campaign: Campaign) -> Campaign:
    """Wait until a campaign's variants are in line with its state."""
    found: Campaign = wait_until(
        lambda: Campaign.objects.filter(pk=campaign.pk, settled_at__isnull=False).first(),
        f"the campaign {campaign.name} to be settled",
    )
    return found


def await_prices(merchant: Merchant, wanted: dict[int, PriceTag], what: str) -> float:
    """Wait until the shop shows these prices; returns the seconds it took."""
    began = timezone.now()
    wait_until(
        lambda: {each: tag for each, tag in merchant.prices().items() if each in wanted} == wanted,
        what,
    )
    return round((timezone.now() - began).total_seconds(), 2)


def finish(desk: Desk, merchant: Merchant, campaign: Campaign, prices: dict[int, PriceTag]) -> None:
    """End a campaign and wait for the prices below it."""
    end(campaign=campaign, actor_id=desk.person.pk)
    await_prices(merchant, prices, f"the prices to go back after {campaign.name}")


@flow("campaigns.create")
def make() -> Facts:
    """Make a campaign: it stands as a draft with its rules, and nothing is written."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    before = merchant.prices()
    campaign = draft(
        desk,
        "Clear the shelf",
        stocked(desk, 10),
        simple_rule(Action.PERCENT, -20),
        triggers=[{"kind": "stock_above", "threshold": 100}],
    )
    rules = PricingRule.objects.filter(layer_id=campaign.layer_id).count()
    expect((campaign.state, rules), ("draft", 1), "the campaign and its rules")
    expect(merchant.prices(), before, "prices in the shop")
    return {"state": campaign.state, "rules": rules, "triggers": campaign.triggers}


@flow("campaigns.activate")
def begin_one() -> Facts:
    """Activate a campaign: the webhooks it lives on are verified, and its prices are put."""
    desk, merchant = Desk.at(), Merchant()
    chosen = stocked(desk, 10)
    before = merchant.prices()
    campaign = draft(desk, "Opening week", chosen, simple_rule(Action.PERCENT, -10))
    begin(desk, campaign)
    own = {each.vendor_id: before[each.vendor_id] for each in chosen}
    seconds = await_prices(
        merchant, {each: percent(tag, -10) for each, tag in own.items()}, "the sale's prices"
    )
    subscriptions = len(merchant.act_get("subscriptions")["subscriptions"])
    finish(desk, merchant, campaign, own)
    return {"variants": len(own), "put_in_seconds": seconds, "subscriptions": subscriptions}


@flow("campaigns.webhook_reprice")
def follow_stock() -> Facts:
    """Sell a variant down: its price rises by itself, and falls when it is on the shelf again."""
    desk, merchant = Desk.at(), Merchant()
    (variant,) = stocked(desk, 1)
    before = merchant.prices()
    own = {variant.vendor_id: before[variant.vendor_id]}
    campaign = draft(
        desk,
        "Last pieces",
        [variant],
        simple_rule(Action.PERCENT, 15),
        triggers=[{"kind": "stock_below", "threshold": LOW, "margin": 1}],
    )
    begin(desk, campaign)
    merchant.sell(variant.vendor_id, (variant.stock or 0) - LOW)
    up = await_prices(
        merchant, {each: percent(tag, 15) for each, tag in own.items()}, "the price to rise"
    )
    merchant.restock(variant.vendor_id, 20)
    down = await_prices(merchant, own, "the price to fall")
    campaign.refresh_from_db()
    expect(campaign.trigger_count, 1, "how often it was put")
    moves = CampaignMove.objects.filter(campaign=campaign).order_by("pk")
    why = list(moves.values_list("kind", "why"))
    everything = merchant.prices()
    expect({**everything, **own}, {**before, **own}, "all other prices")
    finish(desk, merchant, campaign, own)
    return {"rose_in_seconds": up, "fell_in_seconds": down, "moves": why}


@flow("campaigns.layers")
def layers() -> Facts:
    """Lay two campaigns over each other; an edit in Shopify is kept whatever ends when."""
    desk, merchant = Desk.at(), Merchant()
    chosen = stocked(desk, 6)
    own = {each.vendor_id: merchant.prices()[each.vendor_id] for each in chosen}
    below = draft(desk, "Season", chosen, simple_rule(Action.PERCENT, -10), priority=10)
    above = draft(desk, "Flash", chosen, simple_rule(Action.PERCENT, -30), priority=20)
    begin(desk, below)
    tenth = {each: percent(tag, -10) for each, tag in own.items()}
    await_prices(merchant, tenth, "the season's prices")
    begin(desk, above)
    await_prices(
        merchant, {each: percent(tag, -30) for each, tag in own.items()}, "the flash sale's prices"
    )
    edited = chosen[0].vendor_id
    theirs = (own[edited][0] + 3, own[edited][1])
    merchant.edit([(edited, theirs[0])])
    wait_until(
        lambda: CampaignMove.objects.filter(campaign=above, kind="let_go").exists(),
        "the edit to be noticed",
    )
    end(campaign=above, actor_id=desk.person.pk)
    await_prices(
        merchant, {**tenth, edited: theirs}, "the season's prices again, and the edit among them"
    )
    finish(desk, merchant, below, {**own, edited: theirs})
    return {"variants": len(own), "edit_kept": str(theirs[0])}


@flow("campaigns.rollback")
def take_back() -> Facts:
    """Roll a campaign back: every price goes back, and the ledger says so."""
    desk, merchant = Desk.at(), Merchant()
    chosen = stocked(desk, 12)
    own = {each.vendor_id: merchant.prices()[each.vendor_id] for each in chosen}
    campaign = draft(desk, "A mistake", chosen, simple_rule(Action.PERCENT, -50))
    begin(desk, campaign)
    await_prices(merchant, {each: percent(tag, -50) for each, tag in own.items()}, "half prices")
    roll_back(campaign=campaign, actor_id=desk.person.pk, reason="The percentage was wrong.")
    done = wait_until(
        lambda: Campaign.objects.filter(pk=campaign.pk, state="rolled_back").first(),
        "the rollback to be done",
    )
    shown = merchant.prices()
    expect({each: shown[each] for each in own}, own, "prices in the shop")
    entries = AuditTrailEntry.objects.filter(layer_ref=campaign.pk, cause="rollback").count()
    expect(entries, len(own), "entries in the ledger")
    return {"prices": entries, "history": [str(each) for each in done.history.all()]}


@flow("campaigns.reconcile")
def reconcile() -> Facts:
    """Lose a webhook: reconciliation finds the stock, and the price follows all the same."""
    desk, merchant = Desk.at(), Merchant()
    (variant,) = stocked(desk, 1)
    own = {variant.vendor_id: merchant.prices()[variant.vendor_id]}
    campaign = draft(
        desk,
        "Nearly gone",
        [variant],
        simple_rule(Action.PERCENT, 25),
        triggers=[{"kind": "stock_below", "threshold": LOW}],
    )
    begin(desk, campaign)
    merchant.misbehave({"kind": "webhook_drop"})
    try:
        merchant.sell(variant.vendor_id, (variant.stock or 0) - 1)
    finally:
        merchant.behave()
    # What the command tells belongs in the log, not between the flows.
    call_command("reconcile", "--connection", str(desk.connection.pk), "--wait", stdout=sys.stderr)
    await_prices(merchant, {each: percent(tag, 25) for each, tag in own.items()}, "the price")
    entry = AuditTrailEntry.objects.filter(layer_ref=campaign.pk).latest("pk")
    expect(entry.cause, "reconciliation", "what the ledger says")
    mended = StockHistory.objects.filter(connection=desk.connection, cause="reconciliation").count()
    finish(desk, merchant, campaign, own)
    return {"levels_mended": mended, "ledger": entry.cause}


@flow("campaigns.dead_letter")
def dead_letter() -> Facts:
    """Shopify refuses to answer for good: a dead letter, an alert, a mail; then it is replayed."""
    desk, merchant = Desk.at(), Merchant()
    (variant,) = stocked(desk, 1)
    own = {variant.vendor_id: merchant.prices()[variant.vendor_id]}
    campaign = draft(desk, "Unlucky", [variant], simple_rule(Action.PERCENT, -5))
    activate(campaign=campaign, actor_id=desk.person.pk)
    merchant.misbehave({"kind": "5xx_before", "operation": "VariantPriceCheck", "status": 502})
    try:
        job = wait_until(
            lambda: PricingJob.objects.filter(campaign_ref=campaign.pk).first(), "the price job"
        )
        row = wait_until(
            lambda: Job.objects.filter(
                name="pricing.follow", payload__pricing_job_id=str(job.pk)
            ).first(),
            "its work",
        )
        # Eight attempts with growing pauses take minutes; the story shortens the last of them.
        Job.objects.filter(pk=row.pk).update(attempts=7, run_after=timezone.now())
        wait_until(lambda: Job.objects.filter(pk=row.pk, state="dead").exists(), "the dead letter")
        alerts = Alert.objects.filter(key__startswith="dead:pricing.follow", closed_at=None)
        alert = wait_until(alerts.first, "the alert")
        mails = wait_until(
            lambda: Mail.objects.filter(key__startswith=f"alert:{alert.pk}:").count(), "the mail"
        )
    finally:
        merchant.behave()
    dead = Job.objects.get(pk=row.pk)
    replay(jobs_numbered([row.pk]), actor_id=desk.person.pk, reason="Shopify answers again.")
    await_prices(merchant, {each: percent(tag, -5) for each, tag in own.items()}, "the price")
    wait_until(
        lambda: Alert.objects.filter(pk=alert.pk, closed_at__isnull=False).exists(),
        "the alert to be closed",
    )
    finish(desk, merchant, campaign, own)
    return {
        "cause": dead.error[:120],
        "next_try": str(dead.recover_at),
        "alert": alert.title,
        "mails": mails,
    }


@flow("campaigns.rate_limit")
def rate_limit() -> Facts:
    """Run into Shopify's rate limit: the work waits for points, keeps its place, and is done."""
    desk, merchant = Desk.at(), Merchant()
    chosen = stocked(desk, 30)
    own = {each.vendor_id: merchant.prices()[each.vendor_id] for each in chosen}
    campaign = draft(desk, "Crowded", chosen, simple_rule(Action.PERCENT, -10))
    merchant.misbehave({"kind": "throttle", "operation": f"VariantPriceCheck|{WRITE}", "count": 4})
    try:
        begin(desk, campaign)
        seconds = await_prices(
            merchant, {each: percent(tag, -10) for each, tag in own.items()}, "the sale's prices"
        )
        struck = merchant.faults_struck()
    finally:
        merchant.behave()
    expect(struck.get("throttle"), 4, "times Shopify asked to slow down")
    finish(desk, merchant, campaign, own)
    return {"throttled": struck["throttle"], "seconds": seconds, "prices": len(own)}
