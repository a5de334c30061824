"""The jobs of a price job, each one service call."""

from uuid import UUID

from foundation.work.api import Priority, Running, task

from . import campaign_edits, engine, planning, price_lists, runs, same_second, services
from .enums import Cause
from .services import scheduling


@task("pricing.make_plan", group="heavy", priority=Priority.URGENT, atomic=False)
def make_plan(job: Running, pricing_job_id: str) -> None:
    """Make the plan of a job."""
    planning.make_plan(job, pricing_job_id=UUID(pricing_job_id))


@task("pricing.start_run", group="heavy", priority=Priority.URGENT)
def start_run(job: Running, pricing_job_id: str) -> None:
    """Check a confirmed plan and hand its batches out."""
    runs.start_run(job, pricing_job_id=UUID(pricing_job_id))


@task("pricing.apply_batch", group="remote", atomic=False)
def apply_batch(job: Running, pricing_job_id: str, batch: int) -> None:
    """Write one batch of prices."""
    engine.apply_batch(job, pricing_job_id=UUID(pricing_job_id), batch=batch)


@task("pricing.follow", group="remote", atomic=False)
def follow(job: Running, pricing_job_id: str) -> None:
    """Write what campaigns show for a few variants, and end their job."""
    engine.apply_batch(job, pricing_job_id=UUID(pricing_job_id), batch=1)
    runs.finish_run(job, pricing_job_id=UUID(pricing_job_id))


@task("pricing.follow_variants")
def follow_variants(
    job: Running, connection_id: str, variant_ids: list[str], cause: str, ref: str | None
) -> None:
    """Have covered variants show what their layers make of their own prices."""
    services.follow_variants(
        shop_id=job.shop_id,
        connection_id=UUID(connection_id),
        variant_ids=[UUID(each) for each in variant_ids],
        cause=Cause(cause),
        ref=None if ref is None else UUID(ref),
    )


@task("pricing.bring_in_line", group="heavy", atomic=False)
def bring_in_line(_job: Running) -> None:
    """Look over everything that campaigns cover."""
    services.bring_in_line()


@task("pricing.give_edits_back")
def give_edits_back(job: Running, result_ids: list[int]) -> None:
    """Show edits again that campaigns' writes replaced."""
    campaign_edits.give_back(result_ids, shop_id=job.shop_id)


@task("pricing.finish_run", group="remote", atomic=False)
def finish_run(job: Running, pricing_job_id: str) -> None:
    """End a run whose batches have all ended or were stopped."""
    runs.finish_run(job, pricing_job_id=UUID(pricing_job_id))


@task("pricing.decide_same_second", group="remote", atomic=False)
def decide_same_second(job: Running, connection_id: str, result_ids: list[int]) -> None:
    """Find out whether writes replaced edits of the same second."""
    same_second.decide(job, connection_id=UUID(connection_id), result_ids=result_ids)


@task("pricing.run_by_itself")
def run_by_itself(job: Running, pricing_job_id: str) -> None:
    """Run the plan of a scheduled end."""
    scheduling.run_by_itself(pricing_job_id=UUID(pricing_job_id), shop_id=job.shop_id)


@task("pricing.run_due")
def run_due(_job: Running) -> None:
    """Begin and end what is scheduled for now."""
    services.run_due()


@task("pricing.expire_plans")
def expire_plans(_job: Running) -> None:
    """Say of old plans that they cannot be confirmed any more."""
    services.expire_plans()


@task("pricing.read_list", group="heavy", atomic=False)
def read_list(job: Running, price_file_id: str) -> None:
    """Read an uploaded price list."""
    price_lists.read_list(job, price_file_id=UUID(price_file_id))
