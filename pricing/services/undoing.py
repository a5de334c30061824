"""Take a job back, wholly or in part; give overwritten edits their price back."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from pricing.enums import FINISHED, UNDONE_BY, JobKind
from pricing.models import PricingJob
from pricing.states import locked

from .asking import have_planned, new_job
from .refusing import Refused

MOST_CHOSEN = 20_000


def roll_back(
    *,
    job: PricingJob,
    actor_id: UUID | None,
    result_ids: Sequence[int] | None = None,
    at_once: int = 0,
) -> PricingJob:
    """Plan the way back: a job of its own, with its own plan, check and ledger entries.

    ``result_ids``: of these rows only. A rollback can be rolled back like any other job.
    """
    name = f"Roll back: {job.name}"
    return undo(job, JobKind.ROLLBACK, name, actor_id, result_ids, at_once=at_once)


def restore(
    *,
    job: PricingJob,
    actor_id: UUID | None,
    result_ids: Sequence[int] | None = None,
    at_once: int = 0,
) -> PricingJob:
    """Plan to put back the outside edits that this job's writes overwrote."""
    name = f"Restore edits: {job.name}"
    return undo(job, JobKind.RESTORE, name, actor_id, result_ids, at_once=at_once)


@transaction.atomic
def undo(  # noqa: PLR0913 -- one use case
    job: PricingJob,
    kind: JobKind,
    name: str,
    actor_id: UUID | None,
    result_ids: Sequence[int] | None,
    *,
    runs_itself: bool = False,
    at_once: int = 0,
) -> PricingJob:
    """Create the job of a way back and have it planned; ``runs_itself``: and run.

    Raises :class:`Refused` while the job is under way, when nothing can be put back, or while a
    way back of the same rows is open.
    """
    row = locked(job)
    if row.state not in FINISHED:
        raise Refused(
            "not_finished", "The job is still under way. Stop it first, then roll it back."
        )
    results = row.results.filter(outcome__in=UNDONE_BY[kind])
    if result_ids is not None:
        if len(result_ids) > MOST_CHOSEN:
            raise Refused("too_many", f"At most {MOST_CHOSEN:,} rows can be chosen one by one.")
        results = results.filter(pk__in=result_ids)
    if not results.exists():
        raise Refused("nothing_to_undo", "This job has changed nothing that could be put back.")
    _refuse_open_twin(row, kind, result_ids)
    made = new_job(
        shop_id=row.shop_id,
        connection_id=row.connection_id,
        name=name[:120],
        kind=kind,
        rollback_of=row,
        selection={} if result_ids is None else {"result_ids": list(result_ids)},
        requested_by_id=actor_id,
        runs_itself=runs_itself,
    )
    have_planned(made, at_once=at_once)
    return made


def _refuse_open_twin(row: PricingJob, kind: JobKind, result_ids: Sequence[int] | None) -> None:
    """Two open ways back of the same rows would fight; of different rows they may stand."""
    chosen = None if result_ids is None else set(result_ids)
    for other in row.rollbacks.filter(kind=kind).exclude(state__in=FINISHED):
        theirs = other.selection.get("result_ids")
        if chosen is None or theirs is None or chosen & set(theirs):
            raise Refused(
                "undo_open", f"“{other.name}” is under way already and covers these prices."
            )
