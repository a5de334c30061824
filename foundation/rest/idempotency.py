"""``Idempotency-Key``: a POST that is sent again is answered again, and has one effect.

After draft-ietf-httpapi-idempotency-key-header. A client that got no answer cannot know whether
there was an effect; with a key it just repeats. The order is the house's *claim → work → record*:

1. The key is claimed by a row of its own, **committed before the view runs**, so that a second
   request sees it and does not start: it is told to come back (409, ``Retry-After``).
2. The view runs in a transaction together with the update that stores its answer. So there is an
   effect exactly when there is an answer to repeat: both are committed, or neither.
3. A process killed in between leaves a claim and, because of 2, no effect. The claim has an end
   (60 s, the database's clock); after it the same request may take it over under a new token.
   Should the first one be slow instead of dead, its update finds the token gone and takes its own
   effect back: still one effect, whoever is first.
4. A refusal (4xx) and a fault (5xx, a bug) let the claim go: nothing has happened that a repeat
   could double, and what was in the way may be mended by then.

A refusal does not roll back what the service has committed for itself before it refused (a plan
found too old is marked so): it is the service that says what is undone, as on the HTML pages.

A view that calls abroad may have no transaction around it (``one_transaction = False``); then the
answer is stored right behind the effect, and a process killed between the two may run it twice.
Such a view's service has to be idempotent by a constraint of its own.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from .authentication import plain
from .problems import Problem
from .services import Claim, Known, claim_key, keep_answer, release

if TYPE_CHECKING:
    from .views import ApiRequest, ShopAPIView

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
# Answers of POSTs name what they made; a table does not belong into one.
MOST_KEPT = 256 * 1024
KEPT_HEADERS = ("Content-Type", "Location")
SECONDS_TO_WAIT = "2"
_VISIBLE = re.compile(r"[!-~]{1,255}")

Handler = Callable[..., HttpResponseBase]


def run_once(
    view: "ShopAPIView", handler: Handler, request: "ApiRequest", *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """Run a POST's handler; if the request has a key, at most once per key."""
    claim = _claim(request)
    if isinstance(claim, HttpResponse):
        return claim
    kept = False
    refusal: Exception | None = None
    response: HttpResponseBase | None = None
    try:
        with _transaction(view):
            try:
                response = handler(request, *args, **kwargs)
            except (APIException, Http404, PermissionDenied) as exc:
                if getattr(exc, "status_code", 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                refusal = exc
            else:
                kept = _record(view, claim, request, response)
    except BaseException:
        # Also when the commit itself failed: then there is no answer, and release finds that out.
        kept = False
        raise
    finally:
        if claim is not None and not kept:
            release(claim)
    if refusal is not None:
        raise refusal
    assert response is not None  # noqa: S101 -- either there is one or a refusal was raised
    return response


def _transaction(view: "ShopAPIView") -> AbstractContextManager[Any]:
    return transaction.atomic() if view.one_transaction else nullcontext()


def _record(
    view: "ShopAPIView", claim: Claim | None, request: "ApiRequest", response: HttpResponseBase
) -> bool:
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and view.one_transaction:
        transaction.set_rollback(True)
    if claim is None or response.status_code >= HTTPStatus.BAD_REQUEST:
        return False
    if isinstance(response, Response):
        view.finalize_response(request, response)
        response.render()
    # A stream cannot be kept; neither is what is too long. The key stays taken all the same.
    content = response.content if isinstance(response, HttpResponse) else None
    kept = keep_answer(
        claim,
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=content if content is not None and len(content) <= MOST_KEPT else None,
    )
    if not kept and view.one_transaction:
        raise Problem(
            "request-taken-over",
            f"It took longer than the time a key is held, and the same {HEADER} was sent again "
            "meanwhile. What this one did was taken back; the other one's answer counts.",
        )
    return kept


def _claim(request: "ApiRequest") -> Claim | HttpResponse | None:
    """Return the claim, or the answer to repeat, or None when there is no key."""
    key = _key_of(request)
    if key is None:
        return None
    path = request.get_full_path()
    fingerprint = fingerprint_of(request.shop.pk, str(request.method), path, plain(request).body)
    found = claim_key(
        user_id=request.user.pk,
        shop_id=request.shop.pk,
        key=key,
        method=str(request.method),
        path=path,
        fingerprint=fingerprint,
    )
    if isinstance(found, Claim):
        return found
    if found.fingerprint != fingerprint:
        raise Problem(
            "idempotency-key-reused",
            f"This {HEADER} was used for another request within the last 24 hours. Nothing was "
            "changed. Take a new key for every new request; the same one only to repeat it.",
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if found.status is None:
        raise Problem(
            "request-still-running",
            f"The first request with this {HEADER} has not ended. Ask again in a moment.",
            headers={"Retry-After": SECONDS_TO_WAIT},
        )
    return _replayed(found, found.status)


def _replayed(found: Known, status: int) -> HttpResponse:
    if found.body is None:
        raise Problem(
            "answer-not-kept",
            f"The first request with this {HEADER} succeeded with {status}; its answer was too "
            "long to be kept. Nothing was done again: read what it made instead.",
            extra={"location": found.headers.get("Location")},
        )
    return HttpResponse(found.body, status=status, headers={**found.headers, REPLAYED: "true"})


def _key_of(request: "ApiRequest") -> str | None:
    given = request.headers.get(HEADER)
    if given is None:
        return None
    # The draft writes it as a quoted string, most clients without; both mean the same.
    key: str = given[1:-1] if re.fullmatch(r'"[^"]*"', given) else given
    if not _VISIBLE.fullmatch(key):
        raise Problem(
            "bad-idempotency-key",
            f"{HEADER} must be 1 to 255 visible ASCII characters, best a fresh UUID.",
            HTTPStatus.BAD_REQUEST,
        )
    return key


def fingerprint_of(shop_id: UUID, method: str, path: str, body: bytes) -> str:
    """Say in 64 letters what is asked, where and for which shop."""
    head = f"{shop_id}\n{method}\n{path}\n".encode()
    return hashlib.sha256(head + body).hexdigest()
