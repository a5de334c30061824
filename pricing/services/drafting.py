"""A new job's draft: kept as it is typed, thrown away, made into a job exactly once."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pricing.models import JobDraft, PricingJob

from .asking import plan_job

REMEMBERED = dt.timedelta(days=30)
"""How long a draft that became a job leads a form sent again to it."""


@dataclass
class DraftClosed(Exception):
    """The draft was closed, by its job or without one: what is entered now is another job's."""

    job_id: UUID | None

    def __str__(self) -> str:
        return "The draft is closed."


@transaction.atomic
def save_draft(*, draft_id: UUID, shop_id: UUID, user_id: UUID, document: dict[str, Any]) -> None:
    """Keep what a person has entered, in place of an earlier draft of theirs in this shop.

    Raises :class:`DraftClosed` for a draft that was closed; then nothing is kept. Of two tabs that
    begin in the same instant one is kept; the other's next keystroke follows.
    """
    draft = JobDraft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is not None:
        if draft.closed_at is not None or not _is_of(draft, shop_id, user_id):
            raise DraftClosed(draft.job_id if _is_of(draft, shop_id, user_id) else None)
        draft.document, draft.saved_at = document, timezone.now()
        draft.save(update_fields=["document", "saved_at"])
        return
    JobDraft.objects.for_shop(shop_id).filter(user_id=user_id, closed_at=None).delete()
    draft = JobDraft(pk=draft_id, shop_id=shop_id, user_id=user_id, document=document)
    JobDraft.objects.bulk_create([draft], ignore_conflicts=True)


def drop_draft(*, shop_id: UUID, user_id: UUID) -> None:
    """Throw a person's open draft away. It stays closed: a keystroke under way brings none back."""
    JobDraft.objects.for_shop(shop_id).filter(user_id=user_id, closed_at=None).update(
        closed_at=timezone.now(), document={}
    )


@transaction.atomic
def plan_draft(
    *, draft_id: UUID, shop_id: UUID, actor_id: UUID, **job: Any
) -> tuple[PricingJob, bool]:
    """Make a job of a draft (see ``plan_job``), once: sent again, it gives the same job.

    The draft need not have been saved. What it is made once by is its key: a second sender waits
    here until the first has the job. Returns whether the job was made by this call. Raises
    :class:`DraftClosed` for a draft of somebody else, and whatever ``plan_job`` raises.
    """
    now = timezone.now()
    unsaved = JobDraft(pk=draft_id, shop_id=shop_id, user_id=actor_id, closed_at=now)
    JobDraft.objects.bulk_create([unsaved], ignore_conflicts=True)
    # Without its job joined: who has waited here would read the job as of before the wait.
    draft = JobDraft.objects.select_for_update().get(pk=draft_id)
    if not _is_of(draft, shop_id, actor_id):
        raise DraftClosed(None)
    if draft.job is not None:
        return draft.job, False
    draft.job = plan_job(shop_id=shop_id, actor_id=actor_id, **job)
    draft.document, draft.closed_at = {}, now
    draft.save(update_fields=["document", "closed_at", "job"])
    closed = JobDraft.objects.for_shop(shop_id).filter(user_id=actor_id)
    closed.filter(closed_at__lt=now - REMEMBERED).delete()
    return draft.job, True


def _is_of(draft: JobDraft, shop_id: UUID, user_id: UUID) -> bool:
    return (draft.shop_id, draft.user_id) == (shop_id, user_id)
