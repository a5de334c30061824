"""A job's plan and what became of each of its rows.

The plan (PlannedChange) is written once and never changed; a ProcessingResult is the row's fate.
All prices are in the shop's currency.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from foundation.shop_owned import ShopOwnedManager
from pricing.enums import Outcome, SkipReason

from .jobs import PricingJob
from .money import money


class PlannedChange(models.Model):
    """One variant of a plan: what it was, what it is to become, or why it is left alone.

    ``before_*`` and ``target_*`` are the price shown in the shop. ``base_*`` are set where a
    campaign covers the variant: then they are the merchant's own price, which the job changes,
    and the shown one follows from the campaign's layer. ``rule`` is the position of the rule that
    decided. ``risk`` orders rows for people: warned ones first, then by size of the change.
    ``batch`` groups rows for one claim: whole products, few enough to be read in one call.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(PricingJob, on_delete=models.CASCADE, related_name="plan")
    position = models.IntegerField()
    batch = models.IntegerField(null=True, help_text="null: skipped")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    variant_vendor_id = models.BigIntegerField()
    product_vendor_id = models.BigIntegerField()
    before_price = money()
    before_compare_at = money(null=True)
    target_price = money(null=True)
    target_compare_at = money(null=True)
    base_before_price = money(null=True)
    base_before_compare_at = money(null=True)
    base_target_price = money(null=True)
    base_target_compare_at = money(null=True)
    cost = money(null=True)
    stock = models.IntegerField(null=True)
    rule = models.PositiveSmallIntegerField(null=True)
    risk = models.IntegerField(default=0, db_default=0)
    warnings = models.SmallIntegerField(
        default=0, db_default=0, help_text="Bits of enums.PlanWarning."
    )
    layer_ref = models.UUIDField(
        null=True, help_text="The campaign whose price it is, or whose move it follows."
    )
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
            models.Index(fields=["job", "-risk", "position"], name="planned_by_risk"),
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
    before_price = money(null=True)
    before_compare_at = money(null=True)
    target_price = money(null=True)
    target_compare_at = money(null=True)
    base_before_price = money(null=True)
    base_before_compare_at = money(null=True)
    base_target_price = money(null=True)
    base_target_compare_at = money(null=True)
    found_price = money(null=True)
    found_compare_at = money(null=True)
    layer_ref = models.UUIDField(
        null=True, help_text="Whose price the target is: a campaign's; null: the merchant's own."
    )
    read_updated_at = models.DateTimeField(null=True)
    written_updated_at = models.DateTimeField(null=True)
    vendor_request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    intended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["job", "outcome", "id"], name="result_list"),
            models.Index(fields=["variant", "-id"], name="result_of_variant"),
            # Who else is writing this variant: looked at before every write.
            models.Index(
                fields=["variant"], condition=Q(outcome="intended"), name="result_intended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.before_price} → {self.target_price}"
