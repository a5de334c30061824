"""Plan a job again: what was asked for, over prices as they are now."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog_sync.api import Selection

from .enums import FINISHED, JobKind, PricingJobState
from .models import PricingJob
from .planning import rule_of
from .services import Refused, plan_job, restore, roll_back
from .states import transition


@transaction.atomic
def plan_again(*, job: PricingJob, actor_id: UUID | None) -> PricingJob:
    """Make a new job with the same selection and rule, or the same way back.

    A plan whose time is over is marked as expired first. Raises :class:`services.Refused` while
    the job can still be confirmed or runs; :class:`catalog_sync.api.InvalidSelection` never, as
    the stored selection was read before.
    """
    row = PricingJob.objects.select_for_update().get(pk=job.pk, shop_id=job.shop_id)
    if (
        row.state == PricingJobState.PLANNED
        and row.expires_at is not None
        and timezone.now() >= row.expires_at
    ):
        transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id, actor_id=actor_id)
    elif row.state not in FINISHED:
        raise Refused(
            "not_finished", "This job is still open. Confirm or cancel it before planning it again."
        )
    if row.kind == JobKind.MANUAL:
        return plan_job(
            shop_id=row.shop_id,
            connection_id=row.connection_id,
            name=row.name,
            selection=Selection.from_query(row.selection),
            rule=rule_of(row),
            actor_id=actor_id,
        )
    if row.rollback_of is None:
        raise Refused("nothing_to_undo", "The job that this one should take back is not known.")
    verb = roll_back if row.kind == JobKind.ROLLBACK else restore
    return verb(job=row.rollback_of, actor_id=actor_id, result_ids=row.selection.get("result_ids"))
