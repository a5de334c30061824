"""Top-level errors of contract §3.4 (HTTP 200, `errors` in the body)."""

from typing import Any

DOCUMENTATION = "https://shopify.dev/api/usage"


class TopLevelError(Exception):
    """One or more entries of `errors`; the request has no data."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        """Keep the entries as they go on the wire."""
        super().__init__(errors[0]["message"])
        self.errors = list(errors)


class FieldError(Exception):
    """A resolver refuses: the root field becomes null and an entry with its path is added."""

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        """`code` and `extra` go into `extensions`."""
        super().__init__(message)
        self.message = message
        self.extensions = {"code": code, **extra}


def bad_id() -> FieldError:
    """A malformed global id."""
    return FieldError("RESOURCE_NOT_FOUND", "invalid id")


def access_denied(field: str, required: str) -> dict[str, Any]:
    """Message and extensions of ACCESS_DENIED for a field."""
    return {
        "message": f"Access denied for {field} field. Required access: {required}",
        "extensions": {
            "code": "ACCESS_DENIED",
            "documentation": f"{DOCUMENTATION}/access-scopes",
            "requiredAccess": required,
        },
    }


def throttled() -> dict[str, Any]:
    """The entry of §3.3."""
    return {
        "message": "Throttled",
        "extensions": {"code": "THROTTLED", "documentation": f"{DOCUMENTATION}/rate-limits"},
    }


def over_max_cost(cost: int, most: int) -> dict[str, Any]:
    """The entry for a query that costs more than any query may."""
    return {
        "message": f"Query cost is {cost}, which exceeds the single query max cost limit ({most}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": most,
            "documentation": f"{DOCUMENTATION}/rate-limits",
        },
    }
