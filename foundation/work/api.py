"""The door to durable work."""

from .bell import ring
from .contracts import Cancelled, LeaseLost, NewJob
from .dead import DeadJobs, dead_jobs
from .enums import UNFINISHED, Group, JobState, Priority
from .heartbeats import Pulse, pulses
from .presenting import JobRow
from .queries import dead_count, latest_dead, running_now
from .registry import listeners_of, on, task
from .running import Running
from .schedule import Entry
from .services import (
    JOBS_FROM_SOURCE,
    cancel,
    discard,
    enqueue,
    enqueue_many,
    jobs_numbered,
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
    "JobRow",
    "JobState",
    "LeaseLost",
    "NewJob",
    "Priority",
    "Pulse",
    "Running",
    "cancel",
    "dead_count",
    "dead_jobs",
    "discard",
    "enqueue",
    "enqueue_many",
    "jobs_numbered",
    "jobs_with_parent",
    "latest_dead",
    "listener_params",
    "listeners_of",
    "on",
    "publish",
    "pulses",
    "release",
    "replay",
    "ring",
    "running_now",
    "set_continuation",
    "task",
]
