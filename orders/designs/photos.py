"""Take a customer's photo in: checked, made upright and plain, stored twice."""

import tempfile
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

from foundation.storage.api import delete, save
from foundation.untrusted.api import PictureLimits, take_picture
from orders.models import Photo
from orders.people.allowances import Cost, spend
from orders.people.callers import Caller

JPEG = "image/jpeg"
MOST_BYTES = PictureLimits().max_bytes


def take_photo(*, caller: Caller, file: BinaryIO, name: str) -> Photo:
    """Take a photo in, outside of any transaction, while the customer waits.

    Both copies are stored before the row is written: a row never names a file that is not there.
    What a crash in between leaves is found by :func:`orders.designs.keeping.sweep_files`.
    Raises what :func:`foundation.untrusted.api.take_picture` and
    :func:`orders.people.allowances.spend` raise, and ``StorageDown``.
    """
    spend(caller.keys, Cost.PHOTO)
    photo_id = uuid4()
    folder = Path(settings.VAR_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        taken = take_picture(file, folder=Path(place))
        keys = [f"photos/{caller.shop_id}/{photo_id}/{part}.jpg" for part in ("print", "working")]
        for key, path in zip(keys, (taken.original, taken.working), strict=True):
            with path.open("rb") as content:
                save(key, content, content_type=JPEG)
        try:
            return Photo.objects.create(
                id=photo_id,
                shop_id=caller.shop_id,
                visitor=caller.visitor,
                name="".join(each for each in name if each.isprintable())[:120],
                width=taken.width,
                height=taken.height,
                byte_size=taken.original.stat().st_size,
                sha256=taken.sha256,
                original_key=keys[0],
                working_key=keys[1],
            )
        except BaseException:
            for key in keys:
                delete(key)
            raise
