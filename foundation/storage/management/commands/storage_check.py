"""``manage.py storage_check``: does the storage do what is asked of it, with these settings?"""

import datetime as dt
import io
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.storage.contracts import NoSuchFile, StorageDown
from foundation.storage.files import delete, list_keys, open_file, save

FOLDER = "storage-check"


class Command(BaseCommand):
    help = "Write, read, list and delete a small file in the storage, and say what goes wrong."

    def handle(self, **_: Any) -> None:
        key, words = f"{FOLDER}/{uuid.uuid4()}", b"Backroom was here."
        try:
            save(key, io.BytesIO(words), content_type="text/plain")
            with open_file(key) as stream:
                found = stream.read()
            listed = key in list_keys(FOLDER, older_than=dt.timedelta(days=-1))
            delete(key)
            if found != words or not listed:
                message = "The storage gave back something else than was written."
                raise CommandError(message)
        except (StorageDown, NoSuchFile) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write("The storage is well: a file was written, read, listed and deleted.")
