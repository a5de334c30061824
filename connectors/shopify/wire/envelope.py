"""What every answer is made of: cost, errors, pages (contract §3.1, §3.4)."""

import datetime as dt
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Raw, Struct

Node = TypeVar("Node")
Time = Annotated[dt.datetime, Meta(tz=True)]


class Wire(Struct, rename="camel"):
    """Camel case outside, snake case inside; unknown fields are ignored."""


class ThrottleStatus(Wire):
    """The vendor's bucket at the moment of the answer."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Wire):
    """Points of one call; ``actual_query_cost`` is null when it was refused."""

    requested_query_cost: float
    throttle_status: ThrottleStatus
    actual_query_cost: float | None = None


class Extensions(Wire):
    """What travels beside the data; ``search`` warns of filters that were ignored."""

    cost: Cost | None = None
    search: list[dict[str, Any]] | None = None


class GraphError(Wire):
    """A top-level error."""

    message: str = ""
    path: list[str | int] | None = None
    extensions: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        """Shopify's code, empty when it gave none."""
        return str((self.extensions or {}).get("code", ""))


class Envelope(Wire):
    """One answer; ``data`` stays raw until the errors beside it are judged."""

    data: Raw = Raw(b"null")
    errors: list[GraphError] | str | None = None
    extensions: Extensions | None = None


class UserError(Wire):
    """A refusal inside a payload; ``code`` only where the type has one."""

    message: str
    field: list[str] | None = None
    code: str | None = None


class PageInfo(Wire):
    """Where a list goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class Nodes(Wire, Generic[Node]):
    """A connection."""

    nodes: list[Node]
    page_info: PageInfo

    @property
    def next(self) -> str | None:
        """The cursor of the next page, None at the end."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None


class Ref(Wire):
    """An object of which only the id was asked."""

    id: str
