"""Give every request an id, before anything is logged about it."""

from typing import TYPE_CHECKING

from foundation.tracing import accept_or_make, request_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class RequestIdMiddleware:
    """Take the proxy's ``X-Request-Id`` or make one; say it in the answer."""

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponse":
        """Serve the request inside the scope of its id."""
        request_id = accept_or_make(request.META.get("HTTP_X_REQUEST_ID", ""))
        with request_scope(request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
