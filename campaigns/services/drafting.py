"""A new campaign's form: kept as it is typed, thrown away, made into a campaign exactly once."""

from typing import Any
from uuid import UUID

from campaigns.contracts import CampaignSpec
from campaigns.models import Campaign, UnsavedCampaign
from foundation import unsaved

from .making import create


def save_form(*, form_id: UUID, shop_id: UUID, user_id: UUID, document: dict[str, Any]) -> None:
    """Keep what a person has entered; see :func:`foundation.unsaved.save`."""
    unsaved.save(
        UnsavedCampaign, form_id=form_id, shop_id=shop_id, user_id=user_id, document=document
    )


def drop_form(*, shop_id: UUID, user_id: UUID) -> None:
    """Throw a person's open form away."""
    unsaved.drop(UnsavedCampaign, shop_id=shop_id, user_id=user_id)


def create_of_form(
    *, form_id: UUID, shop_id: UUID, connection_id: UUID, spec: CampaignSpec, actor_id: UUID
) -> tuple[Campaign, bool]:
    """Make the campaign of a form, once; see :func:`foundation.unsaved.make_once`.

    Raises :class:`pricing.api.Refused` as :func:`create` does.
    """
    return unsaved.make_once(
        UnsavedCampaign,
        form_id=form_id,
        shop_id=shop_id,
        user_id=actor_id,
        make=lambda: create(
            shop_id=shop_id, connection_id=connection_id, spec=spec, actor_id=actor_id
        ),
    )
