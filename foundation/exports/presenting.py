"""Exports as pages show them: titles, words, tones."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from .enums import UNFINISHED, ExportState
from .models import ExportJob
from .options import Options, filters_of
from .registry import exporter_named

TONES = {
    ExportState.RUNNING: "busy",
    ExportState.DONE: "good",
    ExportState.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export as a line of the list."""

    export: ExportJob
    title: str
    words: str
    options: str
    query: str
    state: str
    tone: str
    running: bool
    waiting: bool
    ready: bool
    may_cancel: bool
    may_repeat: bool
    may_ask_again: bool

    @classmethod
    def of(cls, export: ExportJob, *, user_id: UUID, editor: bool) -> Self:
        """Put a row into words. Who asked for it, and every editor, may stop it."""
        exporter = exporter_named(export.exporter)
        state = ExportState(export.state)
        return cls(
            export=export,
            title=exporter.title if exporter else export.exporter,
            words=exporter.words(filters_of(export.params)) if exporter else "",
            options=Options.of(export.params).words(),
            query=urlencode(sorted(export.params.items())),
            state=str(state.label),
            tone=TONES.get(state, "neutral"),
            running=state is ExportState.RUNNING,
            waiting=state is ExportState.QUEUED and bool(export.error),
            ready=state is ExportState.DONE,
            may_cancel=state in UNFINISHED and (editor or export.requested_by_id == user_id),
            may_repeat=exporter is not None
            and state in (ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED),
            may_ask_again=exporter is not None and state not in UNFINISHED,
        )


def file_name(export: ExportJob) -> str:
    """Name the file for the person's disk."""
    return f"{export.exporter.replace('.', '-')}-{export.created_at:%Y%m%d-%H%M%S}.csv"
