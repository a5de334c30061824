"""Freeze a design as it is: what is ordered and printed is the version, whatever changes later."""

from django.db import transaction
from django.db.models import Max

from orders.models import Design, DesignVersion

from .specs import spec_of, spec_to_json


@transaction.atomic
def freeze(design: Design) -> DesignVersion:
    """Return the version of a design as it is now, made if this is the first time.

    The design's row is locked, so that two who finalise at once make one version. ``design.size``
    is its present size.
    """
    Design.objects.select_for_update().filter(pk=design.pk).first()
    spec = spec_to_json(spec_of(design.size))
    known = DesignVersion.objects.filter(
        design=design, digest=design.digest, size_id=design.size_id, spec=spec
    ).first()
    if known is not None:
        return known
    last = DesignVersion.objects.filter(design=design).aggregate(last=Max("number"))["last"] or 0
    return DesignVersion.objects.create(
        shop_id=design.shop_id,
        design=design,
        number=last + 1,
        size_id=design.size_id,
        photo_id=design.photo_id,
        document=design.document,
        checksum=design.checksum,
        digest=design.digest,
        spec=spec,
    )
