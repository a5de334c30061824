"""A new price job: choose variants, say the rules, see what they would do, have it planned."""

from .pages import new_job, preview_job, start_afresh

__all__ = ["new_job", "preview_job", "start_afresh"]
