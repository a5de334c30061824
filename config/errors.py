"""Errors that no view answers: as pages for staff or customers, as problems below /api/."""

from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.views import csrf, defaults

from foundation.rest.api import broken, is_api, not_found, problem_response

_CUSTOMERS: Final = "/print-shop/"


def _page(request: HttpRequest, staff: str, customers: str) -> str:
    """Return the template for who asks: customers are shown nothing of the back office."""
    return f"print_shop/{customers}" if request.path.startswith(_CUSTOMERS) else staff


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what cannot be a request of ours: a wrong host, a mangled cookie."""
    if not is_api(request):
        page = _page(request, defaults.ERROR_400_TEMPLATE_NAME, "bad_request.html")
        return defaults.bad_request(request, exception, template_name=page)
    detail = "The request is malformed or not meant for this host. Nothing was done."
    return problem_response(request, HTTPStatus.BAD_REQUEST, "bad-request", detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer who may not."""
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    detail = str(exception) or "You may not do this. Ask an owner of your shop."
    return problem_response(request, HTTPStatus.FORBIDDEN, "permission-denied", detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that leads nowhere."""
    if not is_api(request):
        page = _page(request, defaults.ERROR_404_TEMPLATE_NAME, "nothing.html")
        return defaults.page_not_found(request, exception, template_name=page)
    return not_found(request)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer where we have a bug; Django has logged it."""
    if not is_api(request):
        page = _page(request, defaults.ERROR_500_TEMPLATE_NAME, "broken.html")
        return defaults.server_error(request, template_name=page)
    return broken(request)


def csrf_failure(request: HttpRequest, reason: str = "", **_: Any) -> HttpResponseBase:
    """Answer a form whose token does not fit."""
    if not is_api(request):
        page = _page(request, csrf.CSRF_FAILURE_TEMPLATE_NAME, "expired.html")
        return csrf.csrf_failure(request, reason, template_name=page)
    detail = "The CSRF token is missing or does not fit. Nothing was changed."
    return problem_response(request, HTTPStatus.FORBIDDEN, "csrf-failed", detail)
