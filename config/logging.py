"""Structured logs: one event a line, with the request's and the job's ids on every line."""

import logging
import sys
from typing import Any

import structlog

from foundation.tracing import current_request_id


def _add_request_id(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    request_id = current_request_id()
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def configure(log_format: str, level: int) -> None:
    """Send the logs of ours and of every library through one formatter to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_request_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        # Not its default, which prints the local variables of every frame, secrets included.
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *([] if log_format == "console" else [structlog.processors.format_exc_info]),
        renderer,
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Each of these says once per message what our own log says once per job.
    for chatty in ("celery.worker.strategy", "celery.app.trace", "django.server", "axes", "pyvips"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
