"""A new job's draft: kept as it is typed, thrown away, made into a job exactly once."""

from typing import Any
from uuid import UUID

from foundation import unsaved
from pricing.models import JobDraft, PricingJob

from .asking import plan_job


def save_draft(*, draft_id: UUID, shop_id: UUID, user_id: UUID, document: dict[str, Any]) -> None:
    """Keep what a person has entered; see :func:`foundation.unsaved.save`."""
    unsaved.save(JobDraft, form_id=draft_id, shop_id=shop_id, user_id=user_id, document=document)


def drop_draft(*, shop_id: UUID, user_id: UUID) -> None:
    """Throw a person's open draft away."""
    unsaved.drop(JobDraft, shop_id=shop_id, user_id=user_id)


def plan_draft(
    *, draft_id: UUID, shop_id: UUID, actor_id: UUID, **job: Any
) -> tuple[PricingJob, bool]:
    """Make a job of a draft (see ``plan_job``), once; see :func:`foundation.unsaved.make_once`."""
    return unsaved.make_once(
        JobDraft,
        form_id=draft_id,
        shop_id=shop_id,
        user_id=actor_id,
        make=lambda: plan_job(shop_id=shop_id, actor_id=actor_id, **job),
    )
