"""Say what a price job would come to, without making one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog_sync.api import Selection
from pricing.planning import Preview, chosen_variants, preview_of, rule_drafts
from pricing.rules import Rule

from .asking import check_file
from .refusing import Refused

MOST_PREVIEWED = 50_000
"""Variants a preview looks at while somebody waits."""


@transaction.atomic
def preview_job(  # noqa: PLR0913 -- what a plan is made of, by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    selection: Selection,
    rules: Sequence[Rule],
    price_file_id: UUID | None = None,
    sample: int,
) -> Preview:
    """Work out what the plan of such a job would come to; stores nothing.

    ``sample``: how many of its rows are returned, the riskiest first. Raises :class:`Refused` for
    a price list that cannot be used, and for more variants than one can wait for.
    """
    if price_file_id is not None:
        check_file(shop_id, connection_id, price_file_id)
    rows: Any = chosen_variants(
        shop_id, selection, connection_id=connection_id, price_file_id=price_file_id
    )
    if rows[: MOST_PREVIEWED + 1].count() > MOST_PREVIEWED:
        raise Refused(
            "too_many_to_preview",
            f"More than {MOST_PREVIEWED:,} variants are meant, too many to wait for. Create the "
            "job instead: its plan is made in the background, and nothing is written before it is "
            "confirmed.",
        )
    drafts = rule_drafts(
        rows, rules, shop_id=shop_id, price_file_id=price_file_id, now=timezone.now()
    )
    return preview_of(drafts, sample=sample)
