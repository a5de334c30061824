"""What campaigns hear of others; each is one call of a service, in the job's own transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from foundation.work.api import Running, on
from pricing.api import OutsideEditPolicy

from . import pending, services
from .enums import MoveCause
from .services.edits import Edit, note_edits

# Why a variant is looked at, by how the mirror came to know.
CAUSES = {"reconciliation": MoveCause.RECONCILIATION, "sync": MoveCause.RECONCILIATION}


def _stock_changed(jobs: Sequence[tuple[Running, Mapping[str, Any]]]) -> None:
    """Many events are one list of what waits."""
    moved: dict[tuple[UUID, str], dict[UUID, MoveCause]] = {}
    for job, told in jobs:
        cause = CAUSES.get(told.get("cause", ""), MoveCause.STOCK)
        causes = moved.setdefault((job.shop_id, told["connection_id"]), {})
        causes.update(dict.fromkeys(map(UUID, told["variant_ids"]), cause))
    for (shop_id, connection_id), causes in sorted(moved.items(), key=lambda each: each[0]):
        pending.note(shop_id=shop_id, connection_id=UUID(connection_id), causes=causes)


@on("catalog.stock_changed", many=_stock_changed)
def stock_changed(
    job: Running, connection_id: str, variant_ids: list[str], cause: str = "webhook"
) -> None:
    """The mirror's stock moved: have the campaigns of these variants evaluated in a moment."""
    told = {"connection_id": connection_id, "variant_ids": variant_ids, "cause": cause}
    _stock_changed([(job, told)])


@on("catalog.variants_changed")
def variants_changed(
    job: Running, connection_id: str, variant_ids: list[str], cause: str = "webhook"
) -> None:
    """Something a filter or a rule may ask about changed, or variants came or went."""
    services.catalogue_changed(
        shop_id=job.shop_id,
        connection_id=UUID(connection_id),
        variant_ids=[UUID(each) for each in variant_ids],
        cause=CAUSES.get(cause, MoveCause.CATALOGUE),
    )


@on("pricing.campaign_price_edited")
def price_edited(job: Running, connection_id: str, edits: list[dict[str, Any]]) -> None:
    """Somebody edited a price that a campaign showed."""
    del connection_id
    note_edits(
        shop_id=job.shop_id,
        edits=[
            Edit(
                variant_id=UUID(each["variant_id"]),
                policy=OutsideEditPolicy(each["policy"]),
                price=each["price"],
                at=dt.datetime.fromisoformat(each["at"]),
                layers=tuple(UUID(layer) for layer in each["layers"]),
            )
            for each in edits
        ],
    )


@on("pricing.job_completed")
@on("pricing.job_failed")
@on("pricing.job_cancelled")
def price_job_ended(_job: Running, pricing_job_id: str) -> None:
    """The job that takes a campaign's prices back may be among them."""
    services.finish_rollback(pricing_job_id=UUID(pricing_job_id))


@on("catalog.app_removed")
def app_removed(job: Running, connection_id: str) -> None:
    """The merchant removed the app: nothing can be written there any more."""
    services.pause_removed(shop_id=job.shop_id, connection_id=UUID(connection_id))


@on("outbound.connection_resumed")
def connection_resumed(job: Running, connection_id: str) -> None:
    """A connection that was parked is back."""
    services.offer_to_go_on(shop_id=job.shop_id, connection_id=UUID(connection_id))
