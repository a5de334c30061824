"""Ops' edge of the jobs."""
