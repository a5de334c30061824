"""One package for each outside system: its wire format ends here.

Not done here: no database, no retries, no waiting. A connector turns typed arguments into one
request and one answer into frozen dataclasses; credentials, the HTTP lane and the budget are
handed to it, and vendor errors leave it only as the kinds of :mod:`foundation.failures`.
"""
