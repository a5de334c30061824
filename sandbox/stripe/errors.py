"""Errors of contract §7, as they go on the wire."""

from typing import Any

DOCUMENTATION = "https://stripe.com/docs/error-codes/"
INVALID = "invalid_request_error"


class ApiError(Exception):
    """An answer that is not 200. `begun`: the work had begun, so the answer is kept for the key."""

    def __init__(  # noqa: PLR0913 - the fields of an error on the wire
        self,
        status: int,
        message: str,
        *,
        kind: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        begun: bool = False,
        retry: bool | None = False,
    ) -> None:
        """`retry` is the header Stripe-Should-Retry; None: the header is not there."""
        super().__init__(message)
        self.status, self.message, self.kind, self.code = status, message, kind, code
        self.param, self.begun, self.retry = param, begun, retry

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON body."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            error |= {
                "code": self.code,
                "doc_url": DOCUMENTATION + self.code.replace("_", "-"),
            }
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}


def missing(param: str) -> ApiError:
    """A required parameter is not there."""
    return ApiError(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> ApiError:
    """A parameter that the vendor does not know."""
    return ApiError(
        400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param
    )


def unsupported(what: str, param: str | None = None) -> ApiError:
    """The vendor can do this, the stand-in cannot; nothing is ignored in silence."""
    message = f"This sandbox does not simulate {what}."
    return ApiError(400, message, code="sandbox_unsupported", param=param)


def no_such(kind: str, number: str, param: str = "id") -> ApiError:
    """An object that is not there, or belongs to another account."""
    status = 404 if param in {"id", "session", "intent", "charge", "refund", "dispute"} else 400
    return ApiError(status, f"No such {kind}: '{number}'", code="resource_missing", param=param)


def exclusive(*params: str) -> ApiError:
    """Parameters that cannot be given together."""
    names = " and ".join(params)
    message = f"You may only specify one of these parameters: {names}."
    return ApiError(400, message, code="parameters_exclusive", param=params[0])


def refused(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """The state of an object forbids it; the work had begun."""
    return ApiError(400, message, code=code, param=param, begun=True)


def no_key() -> ApiError:
    """No API key was sent."""
    return ApiError(
        401,
        "You did not provide an API key. You need to provide your API key in the Authorization "
        "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )


def wrong_key(key: str) -> ApiError:
    """A key of no account, shown as the vendor shows it."""
    shown = f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}"
    return ApiError(401, f"Invalid API Key provided: {shown}")


def rate_limited() -> ApiError:
    """Too many calls; the vendor's library does not repeat it."""
    return ApiError(
        429,
        "Testmode request rate limit exceeded, the rate limits in testmode are lower than "
        "livemode.",
        code="rate_limit",
        retry=None,
    )


def locked() -> ApiError:
    """Another request holds the object."""
    return ApiError(
        429,
        "This object cannot be accessed right now because another API request or Stripe process "
        "is currently accessing it.",
        code="lock_timeout",
        retry=True,
    )


def broken() -> ApiError:
    """Something broke at the vendor's; kept for the key like any answer."""
    return ApiError(
        500,
        "An unknown error occurred while processing your request.",
        kind="api_error",
        begun=True,
        retry=None,
    )


def key_in_use(key: str) -> ApiError:
    """The same idempotency key is being worked on."""
    return ApiError(
        409,
        "There is currently another in-progress request using this Stripe API key with that "
        f"Idempotent Key (that probably means you submitted twice): {key}.",
        kind="idempotency_error",
        code="idempotency_key_in_use",
        retry=True,
    )


def key_mismatch(key: str) -> ApiError:
    """The key was used with something else."""
    return ApiError(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request.",
        kind="idempotency_error",
    )
