"""Ask the shop which came later: our write, or somebody's edit of the same second.

By then both have happened, so the price that is there now decides: the edit's own value means it
came after our write and stands; ours means that it came before and was overwritten. A third value
was set later still and hides the order; then the loss is reported, because a false report costs a
look and a silent overwrite costs an edit.

Reads only. Not done here: finding the pairs (``overwritten.py``).
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from catalog_sync.api import shopify_client
from foundation.work.api import Running

from .contracts import Price
from .counters import recount
from .enums import Outcome
from .overwritten import Undecided, have_given_back, mark_lost, undecided

READ_LIMIT = 250


def decide(job: Running, *, connection_id: UUID, result_ids: Sequence[int]) -> None:
    """Read the live prices of undecided results and mark those that replaced an edit."""
    for start in range(0, len(result_ids), READ_LIMIT):
        pairs = undecided(result_ids[start : start + READ_LIMIT])
        if not pairs:
            continue
        client = shopify_client(connection_id, job=job)
        live = client.live_prices(sorted({pair.variant_vendor_id for pair in pairs}))
        lost = []
        for pair in pairs:
            now = live.get(pair.variant_vendor_id)
            edit = _lost_edit(pair, None if now is None else Price(now.price, now.compare_at))
            if edit is not None:
                lost.append((pair.result_id, edit))
        with transaction.atomic():
            job.fence()
            marked = mark_lost(lost)
            recount(marked.jobs, job.shop_id, Outcome.APPLIED, Outcome.OVERWRITTEN)
            have_given_back(marked.results, shop_id=job.shop_id)
        job.heartbeat()


def _lost_edit(pair: Undecided, now: Price | None) -> Price | None:
    """Return the edit that our write replaced; None when it stands."""
    return None if now in pair.edits else pair.edits[-1]
