"""The jobs of campaigns, each one service call."""

from uuid import UUID

from foundation.work.api import Priority, Running, task

from . import services
from .pending import EVALUATE
from .services.settling import SETTLE


@task(EVALUATE, priority=Priority.URGENT)
def evaluate(job: Running, connection_id: str) -> None:
    """Evaluate the campaigns of variants that moved."""
    services.evaluate_pending(shop_id=job.shop_id, connection_id=UUID(connection_id))


@task(SETTLE, atomic=False)
def settle(job: Running, campaign_id: str) -> None:
    """Bring a campaign's variants in line with its state."""
    services.settle(job, campaign_id=UUID(campaign_id))


@task("campaigns.start_due", atomic=False, max_attempts=1)
def start_due(job: Running) -> None:
    """Begin and end campaigns whose time has come."""
    services.start_due(heartbeat=job.heartbeat)


@task("campaigns.look_again")
def look_again(_job: Running) -> None:
    """Have variants evaluated whose time has come."""
    services.look_again()
