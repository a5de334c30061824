"""Campaigns in the database alone, in every state, for pages: no vendor is called."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.api import CampaignSpec, create, read_triggers
from campaigns.enums import CampaignState, MoveCause, MoveKind
from campaigns.models import Campaign, CampaignMove, CampaignStateChange, CampaignVariant
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.api import Action, Rule, simple_rule
from pricing.enums import Cause, Layer
from pricing.models import AuditTrailEntry, CoveredVariant

LOW = ({"kind": "stock_below", "threshold": 5, "margin": 1},)
BY_HAND = ({"kind": "by_hand"},)
TENTH_OFF = (simple_rule(Action.PERCENT, -10),)
EVERYTHING = Selection(all=True)


def draft(
    connection: Connection,
    person: User | None = None,
    name: str = "Low stock",
    *,
    triggers: Sequence[dict[str, Any]] = LOW,
    rules: Sequence[Rule] = TENTH_OFF,
    selection: Selection = EVERYTHING,
    **options: Any,
) -> Campaign:
    """Make a campaign in draft."""
    return create(
        shop_id=connection.shop_id,
        connection_id=connection.pk,
        spec=CampaignSpec(
            name=name,
            selection=selection,
            triggers=read_triggers(list(triggers)),
            rules=tuple(rules),
            **options,
        ),
        actor_id=None if person is None else person.pk,
    )


def campaign_in(
    state: CampaignState,
    connection: Connection,
    variants: Sequence[Variant] = (),
    person: User | None = None,
    *,
    on: int = 0,
    columns: dict[str, Any] | None = None,
    **options: Any,
) -> Campaign:
    """Make a campaign in a state, with these variants; on the first ``on`` its price shows."""
    campaign = draft(connection, person, **options)
    began = timezone.now() - dt.timedelta(hours=3)
    values: dict[str, Any] = {"state": state}
    if state not in (CampaignState.DRAFT, CampaignState.SCHEDULED):
        # A job that work has cleaned away since.
        values |= {"activated_at": began, "settled_at": began, "settle_job_id": 0}
    if state in (CampaignState.ENDED, CampaignState.ROLLED_BACK, CampaignState.ROLLING_BACK):
        values["over_at"] = timezone.now()
    values |= {"variants_total": len(variants), "variants_on": on, "trigger_count": on}
    Campaign.objects.filter(pk=campaign.pk).update(**{**values, **(columns or {})})
    if state != CampaignState.DRAFT:
        CampaignStateChange.objects.create(
            campaign=campaign, before="draft", after=state, actor=person
        )
    campaign.refresh_from_db()
    for place, variant in enumerate(variants):
        put(campaign, variant) if place < on else member(campaign, variant)
    return campaign


def member(campaign: Campaign, variant: Variant, **columns: Any) -> CampaignVariant:
    """Take a variant into a campaign; it is off unless ``columns`` say otherwise."""
    return CampaignVariant.objects.create(
        campaign=campaign, variant=variant, last_stock=variant.stock, **columns
    )


def moved(
    campaign: Campaign, variant: Variant, kind: str, *, cause: str = "stock", **columns: Any
) -> CampaignMove:
    """Log that something happened to a variant under a campaign; nothing else is changed."""
    return CampaignMove.objects.create(
        shop_id=campaign.shop_id,
        campaign=campaign,
        variant=variant,
        kind=kind,
        cause=cause,
        **columns,
    )


def put(campaign: Campaign, variant: Variant) -> CampaignVariant:
    """Let a campaign's price show on a variant: a tenth off, as ``TENTH_OFF`` says."""
    variant.refresh_from_db()
    own = variant.price
    shown = (own * Decimal("0.9")).quantize(Decimal("0.01"))
    now = timezone.now()
    row = member(campaign, variant, on=True, holding=[0], since=[now], moved_at=now)
    moved(
        campaign,
        variant,
        MoveKind.PUT,
        why=f"Stock {variant.stock} is at or below 5.",
        stock=variant.stock,
    )
    covered, _ = CoveredVariant.objects.get_or_create(
        variant=variant,
        defaults={
            "shop_id": variant.shop_id,
            "connection_id": variant.connection_id,
            "base_price": own,
            "base_compare_at": variant.compare_at,
            "base_at": variant.vendor_updated_at,
        },
    )
    covered.stack = [*covered.stack, campaign.layer_id]
    covered.save(update_fields=["stack"])
    AuditTrailEntry.objects.create(
        shop_id=campaign.shop_id,
        variant=variant,
        layer=Layer.CAMPAIGN,
        layer_ref=campaign.pk,
        cause=Cause.CAMPAIGN,
        price_before=own,
        price_after=shown,
        base_price=own,
    )
    Variant.objects.filter(pk=variant.pk).update(price=shown)
    variant.refresh_from_db()
    return row


def let_go(campaign: Campaign, variant: Variant, price: str = "12.34") -> CampaignVariant:
    """Leave a variant alone since somebody edited its price in Shopify."""
    moved(
        campaign,
        variant,
        MoveKind.LET_GO,
        cause=MoveCause.OUTSIDE_EDIT,
        why=f"Somebody set {price} in Shopify; it is kept, and the campaign leaves it alone.",
    )
    Variant.objects.filter(pk=variant.pk).update(price=Decimal(price))
    return member(campaign, variant, holding=[0], since=[timezone.now()], let_go_at=timezone.now())
