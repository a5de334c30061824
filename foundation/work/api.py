"""The door to durable work."""

from .bell import ring
from .contracts import Cancelled, LeaseLost, NewJob
from .dead import DeadJobs, dead_jobs
from .enums import UNFINISHED, Group, JobState, Priority
from .heartbeats import Pulse, pulses
from .registry import listeners_of, on, task
from .running import Running
from .schedule import Entry
from .services import (
    JOBS_FROM_SOURCE,
    cancel,
    discard,
    enqueue,
    enqueue_many,
    jobs_with_parent,
    listener_params,
    publish,
    release,
    replay,
    set_continuation,
)

__all__ = [
    "JOBS_FROM_SOURCE",
    "UNFINISHED",
    "Cancelled",
    "DeadJobs",
    "Entry",
    "Group",
    "JobState",
    "LeaseLost",
    "NewJob",
    "Priority",
    "Pulse",
    "Running",
    "cancel",
    "dead_jobs",
    "discard",
    "enqueue",
    "enqueue_many",
    "jobs_with_parent",
    "listener_params",
    "listeners_of",
    "on",
    "publish",
    "pulses",
    "release",
    "replay",
    "ring",
    "set_continuation",
    "task",
]
