"""The append-only record of who did what, and why.

Not done here: the ledger of prices (``pricing.AuditTrailEntry``) and the history tables of
aggregates, which are richer and belong to their towers.
"""
