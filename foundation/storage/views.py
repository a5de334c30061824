"""The address of signed links. No log-in: the signature is the right."""

import time
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from .contracts import NoSuchFile, StorageDown
from .links import LinkOver, followed, opened
from .serving import file_response

MOST_AGE = 3600
_GONE = "The file is not kept any more. Open the page the link was on again."
_DOWN = "The file storage does not answer at the moment. Try again in a minute."


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with the file that a link was signed for."""
    try:
        link = opened(token)
        if link is None:
            raise Http404
        followed(link)
        return file_response(
            request,
            link.key,
            content_type=link.content_type,
            download_as=link.download_as,
            max_age=0 if link.download_as else min(link.until - int(time.time()), MOST_AGE),
        )
    except LinkOver as over:
        return _told(HTTPStatus.GONE, str(over))
    except NoSuchFile:
        return _told(HTTPStatus.GONE, _GONE)
    except StorageDown:
        return _told(HTTPStatus.SERVICE_UNAVAILABLE, _DOWN)


def _told(status: HTTPStatus, words: str) -> HttpResponse:
    answer = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer["Retry-After"] = "30"
    return answer
