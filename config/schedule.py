"""All periodic work, one line each. Times are UTC; merchants' own times live in their rows."""

import datetime as dt

from foundation.work.api import Entry

SCHEDULE = [
    Entry("work.prune", "work.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=7)),
]
