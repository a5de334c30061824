"""All periodic work, one line each. Times are UTC; merchants' own times live in their rows."""

import datetime as dt

from foundation.work.api import Entry

SCHEDULE = [
    Entry("work.prune", "work.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=7)),
    Entry(
        "inbox.prune", "inbox.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=17)
    ),
    Entry(
        "outbound.prune",
        "outbound.prune",
        every=dt.timedelta(hours=1),
        offset=dt.timedelta(minutes=27),
    ),
    # A job that parked itself in the moment of a resume would wait for ever.
    Entry(
        "outbound.release_stragglers",
        "outbound.release_stragglers",
        every=dt.timedelta(minutes=1),
    ),
    Entry("mail.prune", "mail.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=37)),
    # Mails parked because the server refused our settings: perhaps somebody has mended them.
    Entry("mail.try_parked", "mail.try_parked", every=dt.timedelta(minutes=15)),
    Entry("rest.prune", "rest.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=47)),
    Entry("exports.prune", "exports.prune", every=dt.timedelta(minutes=10)),
    Entry(
        "exports.sweep", "exports.sweep", every=dt.timedelta(days=1), offset=dt.timedelta(hours=3)
    ),
    Entry(
        "orders.prune", "orders.prune", every=dt.timedelta(hours=1), offset=dt.timedelta(minutes=51)
    ),
    # Customers' photos past their time, and pictures that no row names.
    Entry(
        "orders.forget_photos",
        "orders.forget_photos",
        every=dt.timedelta(days=1),
        offset=dt.timedelta(hours=4, minutes=20),
    ),
    # Runs and ends that merchants have scheduled; their times are on the minute.
    Entry("pricing.run_due", "pricing.run_due", every=dt.timedelta(minutes=1)),
    # Likewise campaigns; and their variants whose hold, cool-down or window is over.
    Entry("campaigns.start_due", "campaigns.start_due", every=dt.timedelta(minutes=1)),
    Entry("campaigns.look_again", "campaigns.look_again", every=dt.timedelta(minutes=1)),
    # The net below campaigns: whatever does not show what it should follows.
    Entry(
        "pricing.bring_in_line",
        "pricing.bring_in_line",
        every=dt.timedelta(minutes=15),
        offset=dt.timedelta(minutes=9),
    ),
    Entry("pricing.expire_plans", "pricing.expire_plans", every=dt.timedelta(minutes=5)),
    Entry(
        "catalog.reconcile_all",
        "catalog.reconcile_all",
        every=dt.timedelta(minutes=15),
        offset=dt.timedelta(minutes=3),
    ),
    # Reconciliation checks them too; this is for shops it cannot or does not come to.
    Entry(
        "catalog.check_subscriptions",
        "catalog.check_subscriptions",
        every=dt.timedelta(minutes=15),
        offset=dt.timedelta(minutes=13),
    ),
    Entry(
        "catalog.watch_reconciliations",
        "catalog.watch_reconciliations",
        every=dt.timedelta(minutes=5),
        offset=dt.timedelta(minutes=1),
    ),
    Entry(
        "catalog.prune_reconciliations",
        "catalog.prune_reconciliations",
        every=dt.timedelta(hours=1),
        offset=dt.timedelta(minutes=57),
    ),
    # What Stripe's webhooks did not bring; pages and refunds that were begun and not finished.
    Entry(
        "orders.sweep_payments",
        "orders.sweep_payments",
        every=dt.timedelta(minutes=5),
        offset=dt.timedelta(minutes=2),
    ),
    Entry(
        "orders.prune_stripe_events",
        "orders.prune_stripe_events",
        every=dt.timedelta(hours=1),
        offset=dt.timedelta(minutes=52),
    ),
    Entry(
        "orders.sweep_batches",
        "orders.sweep_batches",
        every=dt.timedelta(hours=1),
        offset=dt.timedelta(minutes=37),
    ),
]
