"""The door to stored files."""

from .contracts import BadKey, NoSuchFile, Stat, StorageDown
from .files import delete, list_keys, open_file, save, stat
from .links import LinkOver, on_fetch, signed_url
from .serving import file_response

__all__ = [
    "BadKey",
    "LinkOver",
    "NoSuchFile",
    "Stat",
    "StorageDown",
    "delete",
    "file_response",
    "list_keys",
    "on_fetch",
    "open_file",
    "save",
    "signed_url",
    "stat",
]
