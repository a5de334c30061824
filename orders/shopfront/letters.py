"""What the designer asks beside the picture: letters that cannot be drawn, and its live ticket."""

from uuid import UUID

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from .designer import lost_letters
from .page import ShopRequest, my_design, shop_page


@require_safe
@shop_page
def letters(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Return the letters of a design that no font has."""
    return JsonResponse({"lost": lost_letters(my_design(request, design_id))})
