"""A price job's counters: they change with the rows they count, in the same transaction."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.live.api import touch

from .enums import Outcome


def add_counts(job_id: UUID, shop_id: UUID, counts: "Counter[Any]") -> None:
    """Move a job's counters by outcome; last in the transaction, so that its row is locked briefly.

    Rows that are not at their end (``intended``) are not counted.
    """
    moved = {str(outcome): n for outcome, n in counts.items() if n and outcome != Outcome.INTENDED}
    if not moved:
        return
    assignments = ", ".join(f"{name} = {name} + %s" for name in moved)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE pricing_pricingjob SET {assignments} WHERE id = %s",  # noqa: S608 -- enum names
            [*moved.values(), job_id],
        )
    touch(f"pricing.{job_id}", shop_id=shop_id)


def recount(jobs: "Counter[UUID]", shop_id: UUID, before: Outcome, after: Outcome) -> None:
    """Move rows from one outcome to another in their jobs' counters, in the order of the jobs."""
    for job_id, count in sorted(jobs.items()):
        add_counts(job_id, shop_id, Counter({before: -count, after: count}))
