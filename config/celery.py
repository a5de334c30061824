"""Celery: the bell's wire and the workers' processes, nothing more. Each setting has its reason."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("backroom")
app.conf.update(
    broker_url=settings.REDIS_URL,
    # Results of jobs live in the towers' rows; a result backend would be a second truth.
    task_ignore_result=True,
    # Messages only ring. Losing one costs a few seconds, so it is taken off the queue at once,
    # and redelivery, which Redis does by a visibility time-out, is never needed.
    task_acks_late=False,
    task_acks_on_failure_or_timeout=True,
    # A child that holds rings it does not answer starves its siblings.
    worker_prefetch_multiplier=1,
    # Rings come from PostgreSQL's rows again and again; when Redis is away, wait for it for ever.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "socket_keepalive": True,
        "retry_on_timeout": True,
        "health_check_interval": 10,
    },
    # A slice is 5 s and a lease at most 2 min without a heartbeat; a child beyond this hangs.
    task_soft_time_limit=None,
    task_time_limit=3_600,
    # On SIGTERM jobs get this long to end; what does not end is taken over when its lease ends.
    worker_soft_shutdown_timeout=8,
    worker_enable_soft_shutdown_on_idle=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # Memory a library leaks is given back now and then; jobs are rows, so nothing is lost.
    worker_max_tasks_per_child=5_000,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_create_missing_queues=True,
    task_default_queue="fast",
    imports=("foundation.work.drain",),
    beat_schedule_filename=None,
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=1,
    beat_schedule={
        # Rings expire: nobody needs to answer the ring of a minute ago.
        **{
            f"ring-{group}": {
                "task": "work.drain",
                "schedule": 3.0,
                "args": (group,),
                "options": {"queue": group, "expires": 6},
            }
            for group in ("fast", "remote", "heavy")
        },
        # A queue of its own that every group listens to: behind the rings of a busy group the sweep
        # would come too late for the leases it is to take over (seen: 70 s).
        "tick": {"task": "work.tick", "schedule": 2.0, "options": {"queue": "tick", "expires": 20}},
    },
)
# Without this every Celery task opens a new database connection (seen: 260 tasks/s at best).
app.conf.CELERY_DB_REUSE_MAX = 1_000_000


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Settings configured logging already; Celery's own set-up would undo it."""


@worker_process_init.connect
def _forget_inherited_connections(**_: object) -> None:
    from django.db import connections  # noqa: PLC0415 -- in the child only

    # A forked child must not speak on its parent's socket; it opens its own at first use.
    for each in connections.all(initialized_only=True):
        each.connection = None
