"""States of a job, the worker groups, priorities."""

from django.db import models


class Group(models.TextChoices):
    """Worker groups by temper (house law 13)."""

    FAST = "fast", "Fast"
    REMOTE = "remote", "Remote"
    HEAVY = "heavy", "Heavy"


class JobState(models.TextChoices):
    """Where a job stands.

    QUEUED: may run once ``run_after`` has come. RUNNING: leased by a worker. WAITING: its own
    part is done, its children are not. PARKED: waits until a person releases ``parked_key``.
    DEAD: out of attempts, on the slow schedule or waiting for a person.
    """

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting for its parts"
    PARKED = "parked", "Parked"
    DEAD = "dead", "Dead"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING, JobState.PARKED)
FINAL = (JobState.DONE, JobState.CANCELLED)

MOVES: dict[JobState, tuple[JobState, ...]] = {
    JobState.QUEUED: (JobState.RUNNING, JobState.CANCELLED),
    JobState.RUNNING: (
        JobState.DONE,
        JobState.QUEUED,
        JobState.WAITING,
        JobState.PARKED,
        JobState.DEAD,
        JobState.CANCELLED,
    ),
    JobState.WAITING: (JobState.DONE, JobState.CANCELLED),
    JobState.PARKED: (JobState.QUEUED, JobState.CANCELLED),
    JobState.DEAD: (JobState.QUEUED, JobState.CANCELLED),
    JobState.DONE: (),
    JobState.CANCELLED: (),
}


class Priority(models.IntegerChoices):
    """Order of the claim inside a group; lower runs sooner."""

    URGENT = 10
    NORMAL = 50
    LOW = 90
