"""Job, ScheduleSlot, Heartbeat."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .enums import UNFINISHED, Group, JobState, Priority


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs."""

    def for_user(self, user: Any) -> Self:
        """Keep the jobs of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: UUID) -> Self:
        """Keep the jobs of one shop."""
        return self.filter(shop_id=shop_id)


class Job(models.Model):
    """One unit of work. Written only by this package's SQL; read by pages.

    Columns have database defaults so that jobs can be inserted by set-based SQL from anywhere
    through ``foundation.work.api``.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    group = models.CharField(max_length=10, choices=Group.choices)
    shop = models.ForeignKey("shops.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=JobState.choices, default=JobState.QUEUED, db_default="queued"
    )
    priority = models.SmallIntegerField(default=Priority.NORMAL, db_default=50)
    payload = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    unique_key = models.CharField(max_length=200, null=True)
    event_id = models.UUIDField(null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    open_children = models.IntegerField(default=0, db_default=0)
    total_children = models.IntegerField(default=0, db_default=0)
    then = models.JSONField(null=True, help_text="Enqueued when the last child has ended.")
    again = models.BooleanField(
        default=False, db_default=False, help_text="Asked for once more while it ran."
    )

    attempts = models.SmallIntegerField(default=0, db_default=0)
    max_attempts = models.SmallIntegerField(default=8, db_default=8)
    checkpoint = models.JSONField(null=True)
    progress_done = models.IntegerField(null=True)
    progress_total = models.IntegerField(null=True)
    progress_at = models.DateTimeField(null=True)

    run_after = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="", db_default="")
    cancel_requested_at = models.DateTimeField(null=True)

    failure_kind = models.CharField(max_length=15, default="", db_default="")
    error = models.TextField(default="", db_default="")
    traceback = models.TextField(default="", db_default="")
    waiting_for = models.TextField(default="", db_default="", help_text="Budget or setting.")
    parked_key = models.CharField(max_length=80, default="", db_default="")
    recovery_step = models.SmallIntegerField(default=0, db_default=0)
    recover_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    request_id = models.CharField(max_length=64, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "unique_key"],
                condition=Q(state__in=UNFINISHED),
                name="job_unique_while_unfinished",
            ),
            models.UniqueConstraint(
                fields=["event_id", "name"],
                condition=Q(event_id__isnull=False),
                name="job_once_per_event_and_handler",
            ),
        ]
        indexes: ClassVar = [
            # The claim: one probe per shop, then in order (claim.py).
            models.Index(
                fields=["group", "shop", "priority", "run_after", "id"],
                condition=Q(state=JobState.QUEUED),
                name="job_claim_order",
            ),
            # The sweep: leases that ran out.
            models.Index(
                fields=["lease_until"], condition=Q(state=JobState.RUNNING), name="job_leases"
            ),
            models.Index(fields=["recover_at"], condition=Q(state=JobState.DEAD), name="job_dead"),
            models.Index(
                fields=["parked_key"], condition=Q(state=JobState.PARKED), name="job_parked"
            ),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="job_children"),
            # Pages of a shop and pruning.
            models.Index(fields=["shop", "state", "-id"], name="job_pages"),
            models.Index(
                fields=["finished_at"],
                condition=Q(state__in=("done", "cancelled")),
                name="job_prune",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class ScheduleSlot(models.Model):
    """A slot of the schedule that somebody claimed: the unique row makes it happen once."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    slot_at = models.DateTimeField()
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "slot_at"], name="schedule_slot_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.slot_at:%Y-%m-%d %H:%M:%S}Z"


class Heartbeat(models.Model):
    """When a worker group, or the beat, was last seen alive."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()
    worker = models.CharField(max_length=100, default="")

    def __str__(self) -> str:
        return self.name
