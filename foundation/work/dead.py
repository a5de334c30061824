"""How many jobs have given up, for the alert that follows them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min

from .enums import JobState
from .models import Job


@dataclass(frozen=True, slots=True)
class DeadJobs:
    """The dead jobs of one task in one shop. ``next_try`` is None when no retry is planned."""

    count: int
    next_try: dt.datetime | None
    last_error: str


def dead_jobs(*, shop_id: UUID | None, task: str) -> DeadJobs:
    """Count them now. ``shop_id`` None: jobs that belong to no shop."""
    dead = Job.objects.filter(shop=shop_id, state=JobState.DEAD, name=task)
    told = dead.aggregate(count=Count("pk"), next_try=Min("recover_at"))
    last = dead.order_by("-pk").values_list("error", flat=True).first()
    return DeadJobs(told["count"], told["next_try"], last or "")
