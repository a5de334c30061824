"""Times of merchants: written in their zone, kept in UTC, also in the two odd nights of the year.

The night clocks go forward skips an hour: a time in it means the same moment after the jump (02:30
is 03:30). The night clocks go back has an hour twice: a time in it means the first one.
"""

import datetime as dt
from zoneinfo import ZoneInfo


def moment_in(zone: str, local: dt.datetime) -> dt.datetime:
    """Return the moment in UTC that a wall clock in ``zone`` (IANA name) shows as ``local``.

    ``local`` has no zone. Raises ``zoneinfo.ZoneInfoNotFoundError`` for a zone nobody knows.
    """
    # fold=0 is the first of two; of a time that never was, Python takes the offset before the
    # jump, and the conversion to UTC and back lands behind it.
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)


def local_in(zone: str, moment: dt.datetime) -> dt.datetime:
    """Return what a wall clock in ``zone`` shows at a moment; without a zone of its own."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
