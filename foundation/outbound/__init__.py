"""The only way out: HTTP with an address guard, budgets, gates, parked connections, a log.

Every call abroad goes through a *lane* (:func:`foundation.outbound.api.open_http`). It refuses to
run inside a database transaction (house law 2), asks the gate whether the connection is active
and the shop's writes are not frozen, ends within what is left of the caller's lease, maps
transport errors to failure kinds once, and leaves one redacted line in the exchange log.

Not done here: no retries and no sleeping (``foundation.work`` does that with ``run_after``), no
vendor's protocol (``connectors``), no bodies in the log, no inbound traffic
(``foundation.inbox``).
"""
