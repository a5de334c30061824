"""JSON in, within the limits of ``foundation.untrusted``; JSON out, with money as it is."""

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from foundation.untrusted.api import JsonLimits, Rejected, read_json

from .problems import Problem


class LimitedJSONParser(JSONParser):
    """Numbers with a point arrive as ``Decimal``; what is refused is refused with its place.

    As a JSONParser it is handed the whole body, which Django has cut off at
    ``DATA_UPLOAD_MAX_MEMORY_SIZE`` (413).
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read one document."""
        del media_type, parser_context
        try:
            return read_json(
                stream.read(), limits=JsonLimits(max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            )
        except Rejected as rejected:
            raise Problem("malformed-json", str(rejected), HTTPStatus.BAD_REQUEST) from rejected


class ExactEncoder(JSONEncoder):
    """Writes a Decimal that passed no serializer as text; REST framework's makes a float of it."""

    def default(self, o: Any) -> Any:
        """Write what JSON has no word for."""
        return str(o) if isinstance(o, Decimal) else super().default(o)


class ExactJSONRenderer(JSONRenderer):
    """The only answer our API gives."""

    encoder_class = ExactEncoder
