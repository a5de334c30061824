"""libvips, set up once for the process that uses it."""

import logging
from functools import cache
from threading import Lock
from typing import Any

_FOR_OWN_DRAWINGS = "VipsForeignLoadSvg"
_setting_up = Lock()


def libvips() -> Any:
    """Return ``pyvips``; it is imported by the first call, not when Django starts.

    Readers that were never tried with hostile files are blocked, but for SVG, which is drawn by us
    and never read from strangers. Nothing is remembered between operations: the same file name may
    hold another picture, and memory is to be that of the picture at hand.
    """
    # Set up by two threads at once, SVG would be blocked again while the first one draws.
    with _setting_up:
        return _set_up()


@cache
def _set_up() -> Any:
    # It tells of every step and of every oddity in a stranger's file. What matters is raised.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    import pyvips  # noqa: PLC0415 -- its cost is for those who draw

    pyvips.block_untrusted_set(state=True)
    pyvips.operation_block_set(_FOR_OWN_DRAWINGS, state=False)
    pyvips.cache_set_max(0)
    return pyvips
