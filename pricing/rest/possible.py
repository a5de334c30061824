"""What can be done with a price job now, and by whom."""

import datetime as dt
from typing import Any, Final

from foundation.rest.api import ApiRequest
from foundation.shops.api import Role
from pricing.enums import FINISHED, JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.presenting import state_now

_BY_STATE: Final = {
    PricingJobState.PLANNING: ("cancel",),
    PricingJobState.PLANNED: ("confirm", "replan", "cancel"),
    PricingJobState.AWAITING_APPROVAL: ("approve", "reject", "cancel"),
    PricingJobState.SCHEDULED: ("cancel",),
    PricingJobState.RUNNING: ("pause", "cancel"),
    PricingJobState.PAUSED: ("resume", "cancel"),
    PricingJobState.EXPIRED: ("replan",),
}
_SECOND_PAIR: Final = ("approve", "reject")


def possible_verbs(job: PricingJob, request: ApiRequest, now: dt.datetime) -> list[str]:
    """Return the verbs that this person could do with the job as it stands now."""
    verbs = [*_BY_STATE.get(state_now(job, now), ()), *_afterwards(job)]
    own = request.user.pk in (job.requested_by_id, job.confirmed_by_id)
    return [
        verb
        for verb in verbs
        if request.role.may(role_for(verb)) and not (own and verb in _SECOND_PAIR)
    ]


def role_for(verb: str) -> Role:
    """Return what a person must be to do it."""
    return Role.APPROVER if verb in _SECOND_PAIR else Role.EDITOR


def _afterwards(job: PricingJob) -> list[str]:
    if job.state not in FINISHED:
        return []
    again = job.kind == JobKind.MANUAL and job.failed + job.conflict + job.skipped
    offers: tuple[tuple[str, Any], ...] = (
        ("rollback", job.applied + job.overwritten),
        ("restore", job.overwritten),
        ("again", again),
    )
    return [verb for verb, rows in offers if rows]
