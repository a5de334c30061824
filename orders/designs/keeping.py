"""What is kept of customers' pictures, and for how long.

A photo nobody designed with, a design nobody finalised, and pictures that no row names are let go;
what was ordered stays as long as it may be ordered again. Said on the shop's page about privacy.
"""

import datetime as dt
from collections.abc import Callable
from itertools import islice
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from foundation.storage.api import delete, list_keys
from orders.models import Design, DesignVersion, Photo, RenderJob

GUEST_DAYS: Final = 90
ORDERED_DAYS: Final = 730
PREVIEW_DAYS: Final = 30
SETTLED: Final = dt.timedelta(days=1)
"""Longer than a file waits for its row, with all attempts of a job in between."""
PIECE: Final = 200


def forget_photos(*, now: dt.datetime | None = None) -> int:
    """Delete the files of photos that are past their time, one bounded piece; returns how many.

    The row stays, and says when. A customer's photo goes two years after it was ordered last, a
    visitor's 90 days after a design of it was changed last.
    """
    today = now or timezone.now()
    designs = Design.objects.filter(photo=OuterRef("pk"))
    ordered = DesignVersion.objects.filter(photo=OuterRef("pk"), order_lines__isnull=False)
    recent = ordered.filter(
        order_lines__order__created_at__gt=today - dt.timedelta(days=ORDERED_DAYS)
    )
    old = today - dt.timedelta(days=GUEST_DAYS)
    due = (
        Photo.objects.filter(forgotten_at=None, created_at__lt=old)
        .exclude(Exists(recent))
        .exclude(Exists(designs.filter(changed_at__gt=old, deleted_at=None)))
        .order_by("created_at")[:PIECE]
    )
    count = 0
    for photo in due:
        for key in (photo.original_key, photo.working_key):
            delete(key)
        Photo.objects.filter(pk=photo.pk).update(forgotten_at=today)
        count += 1
    return count


def sweep_files() -> int:
    """Delete stored pictures that no row knows, and previews nobody looked at for a month."""
    a_month = dt.timedelta(days=PREVIEW_DAYS)
    return (
        _sweep("photos", SETTLED, _known_photos)
        + _sweep("prints", SETTLED, _known_prints)
        + _sweep("previews", a_month, _known_previews)
    )


def _sweep(folder: str, older_than: dt.timedelta, known: Callable[[list[str]], set[str]]) -> int:
    keys = list_keys(folder, older_than=older_than)
    gone = 0
    while piece := list(islice(keys, PIECE)):
        for key in set(piece) - known(piece):
            delete(key)
            gone += 1
    return gone


def _known_photos(keys: list[str]) -> set[str]:
    kept = Photo.objects.filter(forgotten_at=None)
    pairs = kept.filter(Q(original_key__in=keys) | Q(working_key__in=keys))
    return {key for pair in pairs.values_list("original_key", "working_key") for key in pair}


def _known_prints(keys: list[str]) -> set[str]:
    rows = RenderJob.objects.filter(Q(image_key__in=keys) | Q(pdf_key__in=keys))
    return {key for pair in rows.values_list("image_key", "pdf_key") for key in pair}


def _known_previews(keys: list[str]) -> set[str]:
    shown = Design.objects.filter(preview_image_url__in=keys, deleted_at=None)
    drawn = RenderJob.objects.filter(image_key__in=keys, design__deleted_at=None)
    return {
        *shown.values_list("preview_image_url", flat=True),
        *drawn.values_list("image_key", flat=True),
    }
