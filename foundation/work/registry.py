"""Which code runs a job's name, and who listens to an event."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.conf import settings

from .contracts import TaskSpec
from .enums import Group, Priority

Handler = Callable[..., None]

_tasks: dict[str, TaskSpec] = {}
_listeners: dict[str, list[TaskSpec]] = defaultdict(list)

# Seconds of silence after which another worker takes a job over (settings: WORK_LEASE_…).
LEASE_SECONDS = {group: float(settings.WORK_LEASE_SECONDS[group]) for group in Group}


def task(  # noqa: PLR0913 -- each is a property of the task, all by keyword
    name: str,
    *,
    group: Group | str = Group.FAST,
    atomic: bool = True,
    max_attempts: int = 8,
    lease: float | None = None,
    priority: Priority = Priority.NORMAL,
    many: Callable[..., None] | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the code of jobs called ``name``.

    It is called as ``handler(job, **payload)`` with a :class:`foundation.work.running.Running`.
    ``many`` of an atomic task is called as ``many([(job, payload), …])`` when several such jobs
    were claimed at once: their work and their marks "done" are one transaction. Whatever it
    raises, that transaction is undone and they are run one by one, so that one that cannot be done
    holds up no other.
    """
    if many is not None and not atomic:
        message = f"{name}: only an atomic task can be done together with others."
        raise RuntimeError(message)

    def register(handler: Handler) -> Handler:
        spec = TaskSpec(
            name=name,
            handler=handler,
            group=Group(group),
            atomic=atomic,
            max_attempts=max_attempts,
            lease=lease or LEASE_SECONDS[Group(group)],
            priority=priority,
            many=many,
        )
        known = _tasks.setdefault(name, spec)
        if known.handler.__module__ != handler.__module__ or (
            known.handler.__qualname__ != handler.__qualname__
        ):
            message = f"Two tasks are called {name}: {known.handler} and {handler}."
            raise RuntimeError(message)
        return handler

    return register


def event_key(*parts: str) -> str:
    """Name an event: ("catalog.stock_changed",) or a webhook ("shopify", "products/update")."""
    return ":".join(parts)


def on(*event: str, **options: Any) -> Callable[[Handler], Handler]:
    """Register the decorated function as a listener: each event becomes one job for it.

    The job's name is ``module.function`` without the trailing ``handlers``; options are those
    of :func:`task`.
    """

    def register(handler: Handler) -> Handler:
        room = handler.__module__.removesuffix(".handlers")
        name = f"{room}.{handler.__name__}"
        task(name, **options)(handler)
        listeners = _listeners[event_key(*event)]
        if _tasks[name] not in listeners:
            listeners.append(_tasks[name])
        return handler

    return register


def spec_of(name: str) -> TaskSpec | None:
    """Return how jobs called ``name`` are run; None when no running code knows the name."""
    return _tasks.get(name)


def listeners_of(key: str) -> tuple[TaskSpec, ...]:
    """Return the listeners of an event, as named by :func:`event_key`."""
    return tuple(_listeners.get(key, ()))


def known_tasks() -> list[str]:
    """Return all registered names, sorted."""
    return sorted(_tasks)
