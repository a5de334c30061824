"""How far the job is that brings a campaign's variants in line with its state."""

import datetime as dt
from dataclasses import dataclass

from django.apps import apps

from campaigns.models import Campaign, CampaignVariant
from foundation.work.api import UNFINISHED, JobState


@dataclass(frozen=True, slots=True)
class Settling:
    """The job, its progress in variants, and what keeps it. ``next_at``: when it is tried again."""

    job_id: int
    state: JobState
    done: int
    total: int
    started_at: dt.datetime | None
    moved_at: dt.datetime | None
    cause: str
    next_at: dt.datetime | None

    @property
    def stuck(self) -> bool:
        """Whether something keeps it."""
        return bool(self.cause)


def settling_of(campaign: Campaign) -> Settling | None:
    """Return the job under way, or dead; None when the variants are in line. Two queries.

    By name, as foreign keys are: the door of work lists no jobs.
    """
    if campaign.settle_job_id is None:
        return None
    rows = apps.get_model("work", "Job").objects.for_shop(campaign.shop_id)
    states = (*UNFINISHED, JobState.DEAD)
    job = rows.filter(pk=campaign.settle_job_id, state__in=states).first()
    if job is None:
        return None
    last = int((job.checkpoint or {}).get("last", 0))
    done = CampaignVariant.objects.filter(campaign=campaign, pk__lte=last).count() if last else 0
    state = JobState(job.state)
    return Settling(
        job_id=job.pk,
        state=state,
        done=done,
        total=campaign.variants_total,
        started_at=job.started_at,
        moved_at=job.progress_at or job.started_at,
        cause=job.waiting_for or job.error,
        next_at=job.recover_at if state is JobState.DEAD else job.run_after,
    )
