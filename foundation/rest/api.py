"""The door to the JSON API's foundation."""

from .asked import chosen, read
from .authentication import SessionAuthentication, TokenAuthentication, plain
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
from .views import ApiRequest, HouseView, ShopAPIView, membership_of

__all__ = [
    "LONGEST_KEY",
    "PAGE_PARAMETERS",
    "ApiRequest",
    "Choice",
    "FieldError",
    "HouseView",
    "Id",
    "Moment",
    "Money",
    "Percent",
    "PersonSerializer",
    "Problem",
    "SessionAuthentication",
    "ShopAPIView",
    "Strict",
    "Text",
    "TokenAuthentication",
    "Whole",
    "YesNo",
    "broken",
    "chosen",
    "is_api",
    "is_object",
    "membership_of",
    "nested",
    "not_found",
    "page_response",
    "page_schema",
    "person_of",
    "plain",
    "problem_response",
    "read",
]
