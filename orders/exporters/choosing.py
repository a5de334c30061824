"""The filters that orders and designs have in common: by product, named also when it is gone."""

from uuid import UUID

from foundation.exports.api import InvalidExport, Params
from orders.forms.filters import OrderFilterForm
from orders.forms.looking import DesignFilterForm
from orders.models import PrintProduct


def products_of(shop_id: UUID) -> list[tuple[UUID, str]]:
    """Return a shop's products, as the forms offer them."""
    return list(PrintProduct.objects.for_shop(shop_id).values_list("pk", "name"))


def cleaned(form: OrderFilterForm | DesignFilterForm, products: list[tuple[UUID, str]]) -> Params:
    """Return a form's filters with the chosen product's name.

    Raises :class:`foundation.exports.api.InvalidExport`.
    """
    InvalidExport.unless_valid(form)
    params: Params = form.params()
    if "product" in params:
        params["of"] = dict(products)[UUID(params["product"])]
    return params
