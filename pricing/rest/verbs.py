"""What is done with a price job, each verb at its own address."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from foundation.rest.api import ApiRequest, ShopAPIView, read
from pricing import services
from pricing.enums import Outcome
from pricing.models import PricingJob

from .answering import answer, at_once, refusals
from .jobs import PricingJobSerializer, job_or_404
from .possible import role_for
from .requests import (
    AgainSerializer,
    ApproveSerializer,
    CancelSerializer,
    ConfirmSerializer,
    NothingSerializer,
    RejectSerializer,
    UndoSerializer,
)

Wish = dict[str, Any]


class _Verb(ShopAPIView):
    """One verb: reads what it needs, does it once, answers with the job as it then is."""

    wants: ClassVar[Any] = NothingSerializer

    def post(self, request: ApiRequest, job_id: UUID) -> Response:
        """Do it."""
        job = job_or_404(request, job_id)
        wish = read(self.wants, request)
        with refusals(request, job):
            made = self.act(job, request.user.pk, wish)
        return answer(request, (made or job).pk, made=made is not None)

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> PricingJob | None:
        """Call the service; return the job that it made, if it made one."""
        raise NotImplementedError


def _documented(verb: str, summary: str, description: str, *, makes: bool = False) -> Any:
    """Say in the schema what a verb takes and gives, and let in who may do it."""

    def decorate(view: type[_Verb]) -> type[_Verb]:
        view.role = role_for(verb)
        schema = extend_schema(
            operation_id=f"pricing_jobs_{verb}",
            summary=summary,
            description=description,
            request=None if view.wants is NothingSerializer else view.wants,
            responses={201 if makes else 200: PricingJobSerializer},
        )
        return extend_schema_view(post=schema)(view)

    return decorate


@_documented(
    "confirm",
    "Have the plan written",
    "Writes the plan that was seen, now or at `run_at`; at `ends_at` it is rolled back by itself. "
    "A plan above the shop's thresholds then waits for an approver (`awaiting`).",
)
class ConfirmView(_Verb):
    """Confirm."""

    wants = ConfirmSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Confirm the plan."""
        services.confirm(job=job, actor_id=actor_id, **wish)


@_documented(
    "approve",
    "Approve a plan that waits",
    "For approvers and owners, but never for who asked or confirmed.",
)
class ApproveView(_Verb):
    """Approve."""

    wants = ApproveSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Approve the plan."""
        services.approve(job=job, actor_id=actor_id, **wish)


@_documented("reject", "Reject a plan that waits", "Nothing is written; who asked is told why.")
class RejectView(_Verb):
    """Reject."""

    wants = RejectSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Reject the plan."""
        services.reject(job=job, actor_id=actor_id, **wish)


@_documented("pause", "Pause a run", "It rests after the product that is being written.")
class PauseView(_Verb):
    """Pause."""

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Pause the run."""
        services.pause(job=job, actor_id=actor_id, **wish)


@_documented(
    "resume",
    "Let a paused run go on",
    "What was changed meanwhile is treated by the job's `conflict_policy`.",
)
class ResumeView(_Verb):
    """Resume."""

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Resume the run."""
        services.resume(job=job, actor_id=actor_id, **wish)


@_documented(
    "cancel",
    "Drop a plan, or stop a run",
    "What was written stays written; roll it back if it should not.",
)
class CancelView(_Verb):
    """Cancel."""

    wants = CancelSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Cancel the job."""
        services.cancel(job=job, actor_id=actor_id, **wish)


@_documented(
    "replan",
    "Make the plan again",
    "Over the prices as they are now; for a plan that is stale or expired. Its hash changes.",
)
class ReplanView(_Verb):
    """Plan again."""

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> None:
        """Plan the job again."""
        services.replan(job=job, actor_id=actor_id, at_once=at_once(), **wish)


@_documented(
    "rollback",
    "Plan to take a job back",
    "Makes a job of its own, which is looked at and confirmed like any other. Prices that somebody "
    "has changed since are kept and reported.",
    makes=True,
)
class RollbackView(_Verb):
    """Roll back."""

    wants = UndoSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> PricingJob:
        """Plan the way back."""
        return services.roll_back(job=job, actor_id=actor_id, at_once=at_once(), **wish)


@_documented(
    "restore",
    "Plan to put overwritten edits back",
    "Makes a job that gives edits of others which this job's writes replaced their price back.",
    makes=True,
)
class RestoreView(_Verb):
    """Restore."""

    wants = UndoSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> PricingJob:
        """Plan the restore."""
        return services.restore(job=job, actor_id=actor_id, at_once=at_once(), **wish)


@_documented(
    "again",
    "Plan the same rules for rows that ended badly",
    "Makes a job for the variants that ended with one of `outcomes`, over their prices of now.",
    makes=True,
)
class AgainView(_Verb):
    """Run again."""

    wants = AgainSerializer

    def act(self, job: PricingJob, actor_id: UUID, wish: Wish) -> PricingJob:
        """Plan the rows again."""
        if "outcomes" in wish:
            wish = {"outcomes": [Outcome(each) for each in wish["outcomes"]]}
        return services.run_again(job=job, actor_id=actor_id, at_once=at_once(), **wish)
