"""A new campaign's form: kept as it is typed, thrown away, made into a campaign exactly once."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaigns.contracts import CampaignSpec
from campaigns.models import Campaign, UnsavedCampaign

from .making import create

REMEMBERED = dt.timedelta(days=30)
"""How long a form that became a campaign leads one that is sent again to it."""


@dataclass
class FormClosed(Exception):
    """A campaign was made of the form, or it is somebody else's; what is entered now is new."""

    campaign_id: UUID | None

    def __str__(self) -> str:
        return "The form is closed."


@transaction.atomic
def save_form(*, form_id: UUID, shop_id: UUID, user_id: UUID, document: dict[str, Any]) -> None:
    """Keep what a person has entered, in place of an earlier form of theirs in this shop.

    Raises :class:`FormClosed` for one that was closed; then nothing is kept. Of two tabs that begin
    in the same instant one is kept; the other's next keystroke follows.
    """
    form = UnsavedCampaign.objects.select_for_update().filter(pk=form_id).first()
    if form is not None:
        if form.closed_at is not None or not _is_of(form, shop_id, user_id):
            raise FormClosed(form.campaign_id if _is_of(form, shop_id, user_id) else None)
        form.document, form.saved_at = document, timezone.now()
        form.save(update_fields=["document", "saved_at"])
        return
    UnsavedCampaign.objects.for_shop(shop_id).filter(user_id=user_id, closed_at=None).delete()
    form = UnsavedCampaign(pk=form_id, shop_id=shop_id, user_id=user_id, document=document)
    UnsavedCampaign.objects.bulk_create([form], ignore_conflicts=True)


def drop_form(*, shop_id: UUID, user_id: UUID) -> None:
    """Throw a person's open form away. It stays closed: a keystroke under way brings none back."""
    UnsavedCampaign.objects.for_shop(shop_id).filter(user_id=user_id, closed_at=None).update(
        closed_at=timezone.now(), document={}
    )


@transaction.atomic
def create_of_form(
    *, form_id: UUID, shop_id: UUID, connection_id: UUID, spec: CampaignSpec, actor_id: UUID
) -> tuple[Campaign, bool]:
    """Make the campaign of a form, once: sent again, it gives the same campaign.

    The form need not have been saved. A second sender waits here until the first has the campaign.
    Returns whether it was made by this call. Raises :class:`FormClosed` for a form of somebody
    else, and :class:`pricing.api.Refused` as :func:`create` does.
    """
    now = timezone.now()
    unsaved = UnsavedCampaign(pk=form_id, shop_id=shop_id, user_id=actor_id, closed_at=now)
    UnsavedCampaign.objects.bulk_create([unsaved], ignore_conflicts=True)
    # Without its campaign joined: who has waited here would read it as of before the wait.
    form = UnsavedCampaign.objects.select_for_update().get(pk=form_id)
    if not _is_of(form, shop_id, actor_id):
        raise FormClosed(None)
    if form.campaign is not None:
        return form.campaign, False
    form.campaign = create(
        shop_id=shop_id, connection_id=connection_id, spec=spec, actor_id=actor_id
    )
    form.document, form.closed_at = {}, now
    form.save(update_fields=["document", "closed_at", "campaign"])
    closed = UnsavedCampaign.objects.for_shop(shop_id).filter(user_id=actor_id)
    closed.filter(closed_at__lt=now - REMEMBERED).delete()
    return form.campaign, True


def _is_of(form: UnsavedCampaign, shop_id: UUID, user_id: UUID) -> bool:
    return (form.shop_id, form.user_id) == (shop_id, user_id)
