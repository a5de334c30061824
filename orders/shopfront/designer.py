"""The designer: everything about how a print looks, on one page that keeps it as it is made."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.findings import DocumentErrors
from foundation.live.api import ticket
from orders.artwork.document import MAX_NAME, MAX_TEXT, FrameKind, read_document, to_json
from orders.artwork.resolution import Verdict, judge
from orders.artwork.text import missing_letters
from orders.contracts import Refused
from orders.designs.services import change_design
from orders.designs.specs import spec_of
from orders.models import Design
from orders.renders.previews import format_of, picture_url

from . import choices
from .forms import document_said, uuid_in
from .geometry import UNIT, shapes, size_told
from .page import ShopRequest, draw, is_open, my_design, shop_page
from .pictures import picture_of
from .showcase import Offer, offers_of


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def designer(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Show a design with all its controls. Without script the form keeps what was chosen."""
    design = my_design(request, design_id)
    if request.method != "POST":
        return _drawn(request, design)
    try:
        change_design(
            caller=request.caller,
            design_id=design.pk,
            document=document_said(to_json(read_document(design.document)), request.POST),
            size_id=uuid_in(request.POST, "size"),
        )
    except DocumentErrors as wrong:
        return _drawn(request, design, "; ".join(wrong.errors.values()))
    except Refused as refused:
        return _drawn(request, design, str(refused))
    return HttpResponseRedirect(reverse("print_shop:design", kwargs={"design_id": design.pk}))


def verdict_of(design: Design) -> Verdict:
    """Judge a design's photo at its crop."""
    return judge(
        read_document(design.document),
        spec_of(design.size),
        width_px=design.photo.width,
        height_px=design.photo.height,
    )


def lost_letters(design: Design) -> list[str]:
    """Return the letters of a design that no font has, each with its number in Unicode.

    The customer's device may not have them either, and show nothing.
    """
    document = read_document(design.document)
    found = [
        letter
        for words in (document.name, document.text)
        for letter in missing_letters(words.text, font=words.font)
    ]
    return [
        f"{letter} ({' '.join(f'U+{ord(part):04X}' for part in letter)})"
        for letter in dict.fromkeys(found)
    ]


def _drawn(request: ShopRequest, design: Design, wrong: str = "") -> HttpResponseBase:
    offers = offers_of(request.caller.shop_id)
    width, height = format_of(spec_of(design.size))
    return draw(
        request,
        "print_shop/designer.html",
        {
            "design": design,
            "document": to_json(read_document(design.document)),
            "wrong": wrong,
            "offers": offers,
            "sold": any(size.pk == design.size_id for each in offers for size in each.sizes),
            "open": is_open(request.caller.print_shop),
            "picture": picture_of(design),
            "width": width,
            "height": height,
            "ratio": f"{width / height:.5f}",
            "verdict": verdict_of(design),
            "lost": lost_letters(design),
            "frames": [(kind, label, _icon(kind)) for kind, label in choices.FRAMES],
            "backdrops": choices.BACKDROPS,
            "backdrop": _backdrop(design),
            "background_kinds": choices.BACKGROUND_KINDS,
            "frame_colours": choices.FRAME_COLOURS,
            "word_colours": choices.WORD_COLOURS,
            "faces": choices.faces(),
            "most_name": MAX_NAME,
            "most_text": MAX_TEXT,
            "told": _told(design, offers),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _icon(kind: FrameKind) -> str:
    return "M-420-500H420V500H-420Z" if kind == FrameKind.NONE else str(shapes()[kind]["path"])


def _backdrop(design: Design) -> str:
    background = to_json(read_document(design.document))["background"]
    return f"{background['kind']} {' '.join(background['colours'])}"


def _told(design: Design, offers: list[Offer]) -> dict[str, Any]:
    """Return what the page's module begins with."""
    photo = design.photo
    sold = [size for offer in offers for size in offer.sizes]
    sizes = {str(size.pk): size_told(size, photo_id=photo.pk) for size in (design.size, *sold)}
    return {
        "design": str(design.pk),
        "document": to_json(read_document(design.document)),
        "size": str(design.size_id),
        "sizes": sizes,
        "shapes": shapes(),
        "unit": UNIT,
        "photo": {
            "id": str(photo.pk),
            "width": photo.width,
            "height": photo.height,
            "url": picture_url(photo.working_key, content_type="image/jpeg"),
        },
        "api": f"/api/designs/{design.pk}/",
        "ticket": ticket(shop_id=design.shop_id, topics=[f"design.{design.pk}"]),
    }
