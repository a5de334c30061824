"""Bulk operations and the lines of their results (contract §9)."""

from msgspec import field

from .envelope import Ref, Time, UserError, Wire


class BulkOperation(Wire):
    """An operation; counts are strings."""

    id: str
    status: str
    created_at: Time
    object_count: str
    root_object_count: str
    query: str
    error_code: str | None = None
    url: str | None = None


class BulkData(Wire):
    """Answer of ExportPoll."""

    operation: BulkOperation | None = field(name="bulkOperation")


class BulkNodes(Wire):
    """The newest operations; no further page is asked for."""

    nodes: list[BulkOperation]


class BulkListData(Wire):
    """Answer of ExportList."""

    operations: BulkNodes = field(name="bulkOperations")


class BulkStartPayload(Wire):
    """What came of a start."""

    errors: list[UserError] = field(name="userErrors")
    operation: BulkOperation | None = field(default=None, name="bulkOperation")


class BulkStartData(Wire):
    """Answer of StockExportStart."""

    payload: BulkStartPayload = field(name="bulkOperationRunQuery")


class BulkCancelPayload(Wire):
    """What came of a cancellation."""

    errors: list[UserError] = field(name="userErrors")
    operation: Ref | None = field(default=None, name="bulkOperation")


class BulkCancelData(Wire):
    """Answer of ExportCancel."""

    payload: BulkCancelPayload = field(name="bulkOperationCancel")


class Kin(Wire):
    """Whose child a line is; None for a root."""

    parent_id: str | None = field(default=None, name="__parentId")
