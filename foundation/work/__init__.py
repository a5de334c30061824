"""Durable jobs: every unit of work that matters is a row, written with the business rows.

A job is claimed under a lease, run, and finished only while its lease token still holds. Redis
rings the bell and nothing else: a lost, doubled or late message costs a few seconds, never a job.

Not done here: results for callers (a job's effect is in its own tower's rows), chords and
callbacks (children count down their parent instead), calls abroad (``foundation.outbound``),
and deciding who is told about a dead job (``foundation.alerts`` listens to ``work.job_died``).
"""
