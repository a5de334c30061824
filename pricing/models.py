"""PricingJob, PricingRule, PlannedChange, ProcessingResult, AuditTrailEntry and the job's history.

The plan (PlannedChange) is written once and never changed; a ProcessingResult is the row's fate;
AuditTrailEntry is the ledger of every price, whoever set it. All prices in the shop's currency.
"""

import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .enums import Action, Cause, JobKind, Layer, Outcome, PricingJobState, SkipReason


def _money(**options: Any) -> "models.DecimalField[Any, Any]":
    # 18 digits before the point: all that Shopify takes (contract §4.1).
    return models.DecimalField(max_digits=20, decimal_places=2, **options)


class ShopOwnedQuerySet(models.QuerySet[Any]):
    """Reads behind the wall between tenants."""

    def for_user(self, user: Any) -> Self:
        """Keep the rows of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the rows of one shop."""
        return self.filter(shop_id=shop_id)


class PricingJob(models.Model):
    """A price change from choosing to result. The counters change with the rows they count."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=JobKind.choices, default=JobKind.MANUAL)
    rollback_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="rollbacks"
    )
    state = models.CharField(
        max_length=12, choices=PricingJobState.choices, default=PricingJobState.PLANNING
    )
    state_reason = models.TextField(blank=True)
    selection = models.JSONField(default=dict)
    variants_per_call = models.PositiveSmallIntegerField(default=250)
    plan_hash = models.CharField(max_length=64, blank=True)
    planned_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    work_job_id = models.BigIntegerField(null=True, help_text="The parent of the run's jobs.")

    planned_changes = models.IntegerField(default=0)
    planned_skips = models.IntegerField(default=0)
    applied = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    conflict = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    overwritten = models.IntegerField(default=0)

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="pricing_job_list"),
        ]

    def __str__(self) -> str:
        return self.name


class PricingRule(models.Model):
    """A rule of a job, in order of ``position``."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(PricingJob, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(default=1)
    action = models.CharField(max_length=10, choices=Action.choices)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    step = _money(default="0.01")
    floor = _money(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="pricing_rule_position")
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.value}"


class PricingJobStateChange(models.Model):
    """History of a job's states; append-only."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(PricingJob, on_delete=models.PROTECT, related_name="history")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class PlannedChange(models.Model):
    """One variant of a plan: what it was, what it is to become, or why it is left alone.

    ``batch`` groups rows for one claim: whole products, few enough to be read in one call.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(PricingJob, on_delete=models.CASCADE, related_name="plan")
    position = models.IntegerField()
    batch = models.IntegerField(null=True, help_text="null: skipped")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    variant_vendor_id = models.BigIntegerField()
    product_vendor_id = models.BigIntegerField()
    before_price = _money()
    before_compare_at = _money(null=True)
    target_price = _money(null=True)
    target_compare_at = _money(null=True)
    skip = models.CharField(max_length=20, choices=SkipReason.choices, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "variant"], name="planned_once"),
            models.CheckConstraint(
                name="planned_target_or_skip",
                condition=Q(skip="", target_price__isnull=False, batch__isnull=False)
                | (~Q(skip="") & Q(batch__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["job", "position"], name="planned_list"),
            models.Index(
                fields=["job", "batch"], condition=Q(batch__isnull=False), name="planned_batch"
            ),
            models.Index(
                fields=["job", "skip", "position"], condition=~Q(skip=""), name="planned_skips"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_vendor_id}: {self.before_price} → {self.target_price}"


class ProcessingResult(models.Model):
    """The fate of one planned row.

    It begins as the stored intent (the absolute target and the live price just before the call)
    and is completed by the answer or by reading back. ``found_*`` is what was in the shop when
    it was not what the plan expected, or the outside value that our write overwrote.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(PricingJob, on_delete=models.PROTECT, related_name="results")
    planned = models.OneToOneField(PlannedChange, on_delete=models.PROTECT, related_name="result")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.TextField(blank=True, default="", db_default="")
    before_price = _money(null=True)
    before_compare_at = _money(null=True)
    target_price = _money(null=True)
    target_compare_at = _money(null=True)
    found_price = _money(null=True)
    found_compare_at = _money(null=True)
    read_updated_at = models.DateTimeField(null=True)
    written_updated_at = models.DateTimeField(null=True)
    vendor_request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    intended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["job", "outcome", "id"], name="result_list"),
            models.Index(fields=["variant", "-id"], name="result_of_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.before_price} → {self.target_price}"


class AuditTrailEntry(models.Model):
    """The price ledger: every price a variant ever showed, and whose it was. Append-only.

    ``price_*`` is the price shown in the shop; ``base_*`` the merchant's own price after the
    entry, which a campaign's layer leaves alone and returns to. ``layer_ref`` names the campaign.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    layer = models.CharField(max_length=10, choices=Layer.choices)
    layer_ref = models.UUIDField(null=True)
    cause = models.CharField(max_length=15, choices=Cause.choices)
    job = models.ForeignKey(PricingJob, null=True, on_delete=models.PROTECT, related_name="+")
    result = models.ForeignKey(
        ProcessingResult, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    price_before = _money(null=True)
    compare_at_before = _money(null=True)
    price_after = _money()
    compare_at_after = _money(null=True)
    base_price = _money(null=True)
    base_compare_at = _money(null=True)
    vendor_updated_at = models.DateTimeField(null=True)
    vendor_request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # One row's write enters the ledger once, however often it is recorded.
            models.UniqueConstraint(
                fields=["result", "cause"],
                condition=Q(result__isnull=False),
                name="ledger_once_per_result",
            ),
            # The same outside edit is told by several webhooks.
            models.UniqueConstraint(
                fields=["variant", "vendor_updated_at", "price_after", "compare_at_after"],
                condition=Q(layer="outside"),
                nulls_distinct=False,
                name="ledger_once_per_outside_edit",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "-id"], name="ledger_of_variant"),
            models.Index(fields=["shop", "-id"], name="ledger_list"),
            models.Index(
                fields=["job", "id"], condition=Q(job__isnull=False), name="ledger_of_job"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.price_before} → {self.price_after}"
