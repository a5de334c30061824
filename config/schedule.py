"""All periodic work, one line each. Times are UTC; merchants' own times live in their rows."""

import datetime as dt

from foundation.work.api import Entry

SCHEDULE = [
    Entry("work.prune", "work.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=7)),
    Entry(
        "catalog.check_subscriptions",
        "catalog.check_subscriptions",
        every=dt.timedelta(minutes=15),
        offset=dt.timedelta(minutes=3),
    ),
]
