"""The pages of a shop's connections.

They stand in the top layer because they need several below it: the credentials (shops), the jobs
that wait (work), parking and budgets (outbound), and the test abroad (catalog_sync).
"""
