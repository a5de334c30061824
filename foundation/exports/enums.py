"""States of an export with their moves."""

from typing import Final

from django.db import models

RUN: Final = "exports.run"


class ExportState(models.TextChoices):
    """Where an export stands. EXPIRED: its file is deleted, the record of it stays."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)

MOVES: dict[ExportState, tuple[ExportState, ...]] = {
    ExportState.QUEUED: (ExportState.RUNNING, ExportState.CANCELLED, ExportState.FAILED),
    # To "running" again when another worker takes it over and starts anew.
    # To "queued" when its storage is down for a while: it is tried again.
    ExportState.RUNNING: (
        ExportState.RUNNING,
        ExportState.QUEUED,
        ExportState.DONE,
        ExportState.CANCELLED,
        ExportState.FAILED,
    ),
    # The slow schedule of its job may yet succeed.
    ExportState.FAILED: (ExportState.RUNNING, ExportState.CANCELLED),
    ExportState.DONE: (ExportState.EXPIRED,),
    ExportState.CANCELLED: (),
    ExportState.EXPIRED: (),
}
