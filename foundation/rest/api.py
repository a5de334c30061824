"""The door to the JSON API's foundation."""

from .pages import PAGE_PARAMETERS, page_response, page_schema
from .problems import FieldError, Problem, broken, is_api, not_found, problem_response
from .views import ApiRequest, ShopAPIView

__all__ = [
    "PAGE_PARAMETERS",
    "ApiRequest",
    "FieldError",
    "Problem",
    "ShopAPIView",
    "broken",
    "is_api",
    "not_found",
    "page_response",
    "page_schema",
    "problem_response",
]
