"""Customers' pictures: kept while they may be needed, gone afterwards, none without a row."""

import datetime as dt
import io
import os
import time
from pathlib import Path

import pytest
from django.utils import timezone

from foundation.storage.api import save
from orders.contracts import Refused
from orders.designs import keeping
from orders.designs.services import create_design
from orders.models import Design, Order, Photo, PrintSize, RenderJob
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.renders.previews import preview
from orders.sales.drafting import create_order, reorder
from orders.sales.lines import Item

from . import shop as makers

pytestmark = pytest.mark.django_db(transaction=True)


def later(days: float) -> dt.datetime:
    """So many days from now."""
    return timezone.now() + dt.timedelta(days=days)


def stored(files: Path) -> set[str]:
    """All stored keys."""
    return {str(each.relative_to(files)) for each in files.glob("**/*") if each.is_file()}


def age(files: Path, days: float) -> None:
    """Let all stored files have been written so long ago."""
    then = time.time() - days * 86_400
    for each in files.glob("**/*"):
        os.utime(each, (then, then))


def test_a_visitor_s_photo_goes_ninety_days_after_it_was_used_last(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    assert keeping.forget_photos(now=later(89)) == 0
    assert keeping.forget_photos(now=later(91)) == 1
    photo = Photo.objects.get()
    assert photo.forgotten_at is not None
    assert stored(files) == set()
    with pytest.raises(Refused) as refused:
        create_design(caller=caller, size_id=size.pk, photo_id=photo.pk)
    assert refused.value.code == "no-such-photo"
    assert Design.objects.get() == design


def test_what_was_ordered_is_kept_for_two_years(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    order = create_order(caller=caller, items=[Item(design.pk, 1)])
    assert keeping.forget_photos(now=later(700)) == 0
    assert keeping.forget_photos(now=later(732)) == 1
    with pytest.raises(Refused) as refused:
        reorder(caller=caller, order=order)
    assert refused.value.code == "photo-gone"
    assert Order.objects.count() == 1


def test_files_that_no_row_names_are_swept_once_they_are_old(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    preview(caller=caller, design=design)
    makers.run_all()
    known = stored(files)
    render = RenderJob.objects.get()
    shop = caller.shop_id
    strays = {
        f"photos/{shop}/00000000-0000-4000-8000-000000000000/print.jpg",
        f"photos/{shop}/nonsense/print.jpg",
        f"prints/{shop}/{render.pk}/1-9.png",
        f"previews/{shop}/v1/00000000-abc.webp",
    }
    for key in strays:
        save(key, io.BytesIO(b"x"))
    assert keeping.sweep_files() == 0
    age(files, days=2)
    assert keeping.sweep_files() == 3
    age(files, days=31)
    assert keeping.sweep_files() == 1
    assert stored(files) == known
