"""A pricing job with its rules and the history of its states."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from pricing.enums import Cause, ConflictPolicy, JobKind, PricingJobState


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
    cause = models.CharField(
        max_length=15,
        choices=Cause.choices,
        blank=True,
        help_text="What its ledger entries say; empty: what its kind says.",
    )
    campaign_ref = models.UUIDField(
        null=True, help_text="The campaign its prices follow; null also if they follow several."
    )
    state = models.CharField(
        max_length=12, choices=PricingJobState.choices, default=PricingJobState.PLANNING
    )
    state_reason = models.TextField(blank=True)
    selection = models.JSONField(default=dict)
    price_file = models.ForeignKey(
        "PriceFile", null=True, on_delete=models.PROTECT, related_name="jobs"
    )
    again_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="again")
    conflict_policy = models.CharField(
        max_length=10, choices=ConflictPolicy.choices, default=ConflictPolicy.SKIP
    )
    variants_per_call = models.PositiveSmallIntegerField(default=250)
    plan_hash = models.CharField(max_length=64, blank=True)
    planned_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    plan_facts = models.JSONField(default=dict, help_text="What the plan comes to; summary.py.")
    stale_rows = models.IntegerField(
        default=0, help_text="Planned rows whose price was changed by others since the plan."
    )
    run_at = models.DateTimeField(null=True, help_text="Begin then, not at once.")
    ends_at = models.DateTimeField(null=True, help_text="Roll back by itself then.")
    runs_itself = models.BooleanField(
        default=False, help_text="A scheduled end: its plan is run without being confirmed."
    )
    approval_reasons = models.JSONField(
        default=list, help_text="Sentences: which thresholds of the shop the plan is above."
    )
    requested_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
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

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="pricing_job_list"),
            # What has to begin or end by itself: a handful of rows, looked at every minute.
            models.Index(fields=["run_at"], condition=Q(state="scheduled"), name="pricing_job_due"),
            models.Index(
                fields=["ends_at"], condition=Q(ends_at__isnull=False), name="pricing_job_ends"
            ),
            models.Index(
                fields=["campaign_ref", "-created_at"],
                condition=Q(campaign_ref__isnull=False),
                name="pricing_job_of_campaign",
            ),
            # Prices that follow campaigns make thousands of jobs nobody asked for one by one.
            models.Index(
                fields=["shop", "-created_at", "-id"],
                condition=~Q(kind="campaign"),
                name="pricing_job_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PricingRule(models.Model):
    """A rule of a job or of a campaign's layer, in order of ``position``.

    ``definition`` is what ``rules.reading`` reads.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(PricingJob, null=True, on_delete=models.CASCADE, related_name="rules")
    layer = models.ForeignKey(
        "PriceLayer", null=True, on_delete=models.CASCADE, related_name="rules"
    )
    position = models.PositiveSmallIntegerField(default=1)
    definition = models.JSONField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="pricing_rule_position"),
            models.UniqueConstraint(fields=["layer", "position"], name="layer_rule_position"),
            models.CheckConstraint(
                name="pricing_rule_of_one_thing",
                condition=Q(job__isnull=False, layer__isnull=True)
                | Q(job__isnull=True, layer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.definition.get("name") or f"Rule {self.position}"


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
