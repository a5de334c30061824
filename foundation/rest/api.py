"""The door to the JSON API's foundation."""

from .asked import chosen, read
from .fields import (
    LONGEST_KEY,
    Choice,
    Id,
    Moment,
    Money,
    Percent,
    Strict,
    Text,
    Whole,
    YesNo,
    is_object,
    nested,
)
from .pages import PAGE_PARAMETERS, page_response, page_schema
from .people import PersonSerializer, person_of
from .problems import FieldError, Problem, broken, is_api, not_found, problem_response
from .views import ApiRequest, ShopAPIView

__all__ = [
    "LONGEST_KEY",
    "PAGE_PARAMETERS",
    "ApiRequest",
    "Choice",
    "FieldError",
    "Id",
    "Moment",
    "Money",
    "Percent",
    "PersonSerializer",
    "Problem",
    "ShopAPIView",
    "Strict",
    "Text",
    "Whole",
    "YesNo",
    "broken",
    "chosen",
    "is_api",
    "is_object",
    "nested",
    "not_found",
    "page_response",
    "page_schema",
    "person_of",
    "problem_response",
    "read",
]
