"""RFC 9457: every refusal below ``/api/`` is an ``application/problem+json``.

One function makes them all: for exceptions of REST framework, for what services' edges raise
(:class:`Problem`), and for errors that Django meets before or behind a view (``config.errors``).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import Resolver404, resolve
from rest_framework import exceptions
from rest_framework.settings import api_settings

from foundation.tracing import current_request_id

PREFIX = "/api/"
WRONG_CREDENTIALS = "wrong_credentials"
MEDIA_TYPE = "application/problem+json"
# The kinds that say no more than their status does.
PLAIN = "about:blank"
NOTHING_HERE = (
    "The address is wrong, the thing is gone, or it belongs to another shop. "
    "Check which shop you work in."
)
BROKEN = (
    "It is logged with its cause. Nothing is half done: changes are kept whole or not at all. "
    "Try again; if it happens again, tell the people who run this installation the request_id."
)
ANONYMOUS = (
    "Log in, or send the header Authorization: Bearer <access token>; POST /api/token/ gives one."
)
OVER = (
    "The token is expired or not one of ours, or the password was changed since. "
    "POST /api/token/refresh/ or /api/token/ gives a new one."
)
FORGED = (
    "A request of a logged-in browser that changes something needs the header X-CSRFToken "
    "with the value of the cookie csrftoken. Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at one place of the request's body. ``pointer``: "#/rules/0/action/value"."""

    pointer: str
    detail: str


class Problem(exceptions.APIException):
    """A refusal with a code of its own, raised by a view that was told no by a service.

    ``code`` is stable and for programs ("plan-expired"), ``detail`` for people: what, why, what
    now. ``errors`` name the places in the request; ``extra`` are further members of the answer.
    """

    def __init__(  # noqa: PLR0913 -- the rare ones by keyword
        self,
        code: str,
        detail: str,
        status: int = HTTPStatus.CONFLICT,
        errors: Iterable[FieldError] = (),
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, code)
        # Codes of enums are written with underscores.
        self.code = code.replace("_", "-")
        self.status_code = int(status)
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def problem_response(  # noqa: PLR0913 -- members of a problem, the optional ones by keyword
    request: HttpRequest | Any,
    status: int,
    code: str,
    detail: str,
    *,
    kind: str = PLAIN,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Make the answer; a plain response, which no renderer of a view can turn into YAML."""
    title = HTTPStatus(status).phrase if kind == PLAIN else code.replace("-", " ").capitalize()
    body: dict[str, Any] = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
    }
    flaws = [{"pointer": each.pointer, "detail": each.detail} for each in errors]
    if flaws:
        body["errors"] = flaws
    content = json.dumps({**body, **(extra or {})}, default=str)
    return HttpResponse(
        content, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Turn what a view raised into a problem; None for bugs, which Django logs and hands on.

    REST framework's ``EXCEPTION_HANDLER``.
    """
    request = context["request"]
    if isinstance(exc, Problem):
        return problem_response(
            request,
            exc.status_code,
            exc.code,
            str(exc.detail),
            kind=f"{PREFIX}problems/{exc.code}",
            errors=exc.errors,
            headers=exc.headers,
            extra=exc.extra,
        )
    if isinstance(exc, exceptions.ValidationError):
        return invalid_input(request, pointed(exc.detail))
    if isinstance(exc, Http404):
        return not_found(request)
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(*exc.args)
    if isinstance(exc, RequestDataTooBig):
        return too_big(request)
    if not isinstance(exc, exceptions.APIException):
        return None
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]  # DRF's
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(exc.wait)  # type: ignore[attr-defined]  # Throttled's
    return problem_response(
        request, exc.status_code, _code_of(exc), _words_of(exc, context), headers=headers
    )


def _code_of(exc: exceptions.APIException) -> str:
    codes: Any = exc.get_codes()
    # simplejwt packs several sentences into one refusal.
    code = codes if isinstance(codes, str) else exc.default_code
    return str(code).replace("_", "-")


def _words_of(exc: exceptions.APIException, context: Mapping[str, Any]) -> str:
    view, request = context["view"], context["request"]
    if isinstance(exc, exceptions.NotAuthenticated):
        return ANONYMOUS
    if isinstance(exc, exceptions.AuthenticationFailed):
        # Words of ours are kept; a token's own fault is told in one sentence whatever it is.
        return str(exc.detail) if exc.get_codes() == WRONG_CREDENTIALS else OVER
    if isinstance(exc, exceptions.MethodNotAllowed):
        return (
            f"{request.method} is not for this address; it takes {_listed(view.allowed_methods)}."
        )
    if isinstance(exc, exceptions.NotAcceptable):
        offered = {each.media_type for each in view.renderer_classes}
        return f"The header Accept rules out what this address answers: {_listed(sorted(offered))}."
    if isinstance(exc, exceptions.UnsupportedMediaType):
        taken = _listed(sorted({each.media_type for each in view.parser_classes}))
        given = request.content_type or "nothing"
        return f"The body must be {taken}; the header Content-Type says {given}."
    return str(exc.detail)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def pointed(detail: Any, at: str = "#") -> list[FieldError]:
    """Flatten the nested errors of serializers into JSON pointers (RFC 6901, as URI fragments)."""
    if isinstance(detail, Mapping):
        found = []
        for name, inner in detail.items():
            # Errors of the object as a whole stand beside those of its fields.
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            found += pointed(inner, at if whole else f"{at}/{_token(name)}")
        return found
    if isinstance(detail, (list, tuple)):
        found = []
        for number, inner in enumerate(detail):
            # A list holds either the sentences about one place, or an item's own errors each.
            nested = isinstance(inner, (Mapping, list, tuple))
            found += pointed(inner, f"{at}/{number}" if nested else at)
        return found
    return [FieldError(at, str(detail))]


def _token(name: Any) -> str:
    return quote(str(name).replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


def invalid_input(request: Any, errors: list[FieldError]) -> HttpResponse:
    """Say what is wrong with the body, place by place."""
    few = len(errors) == 1
    many = "One thing in the request is" if few else f"{len(errors)} things in the request are"
    return problem_response(
        request,
        HTTPStatus.BAD_REQUEST,
        "invalid-input",
        f"{many} not right; nothing was changed.",
        kind=f"{PREFIX}problems/invalid-input",
        errors=errors,
    )


def not_found(request: Any) -> HttpResponse:
    """Say that there is nothing, and where there might be something."""
    detail = NOTHING_HERE
    if not request.path.endswith("/"):
        try:
            resolve(f"{request.path}/")
        except Resolver404:
            pass
        else:
            detail = f"Addresses of the API end with a slash: {request.path}/"
    return problem_response(request, HTTPStatus.NOT_FOUND, "not-found", detail)


def too_big(request: Any) -> HttpResponse:
    """Say how big a request may be."""
    most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE).replace("\xa0", " ")
    detail = f"A request may be {most} long at most."
    return problem_response(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-big", detail)


def broken(request: Any) -> HttpResponse:
    """Say that the fault is ours; nothing of what happened inside."""
    return problem_response(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "server-error",
        BROKEN,
        extra={"request_id": current_request_id()},
    )


def is_api(request: HttpRequest) -> bool:
    """Whether errors of this request are told as problems."""
    return request.path.startswith(PREFIX)
