"""What is sold: line items, inline prices and shipping rates of a session."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.stripe import ids, money
from sandbox.stripe.errors import ApiError, exclusive, missing, no_such
from sandbox.stripe.state import merged

if TYPE_CHECKING:
    from sandbox.stripe.state import Work

Doc: TypeAlias = dict[str, Any]


def check_line(line: Doc, path: str) -> None:
    """Refuse a line item that the vendor would.

    Raises:
        ApiError: it would.
    """
    price, inline = f"{path}[price]", f"{path}[price_data]"
    one_of(line, path, "price", "price_data")
    if "price" in line:
        raise no_such("price", line["price"], price)
    data = line["price_data"]
    one_of(data, inline, "product_data", "product")
    if "product" in data:
        product = f"{inline}[product]"
        raise no_such("product", data["product"], product)
    one_of(data, inline, "unit_amount", "unit_amount_decimal")
    quantity = f"{path}[quantity]"
    if "quantity" not in line:
        raise missing(quantity)
    if line["quantity"] < 1:
        message = "This value must be greater than or equal to 1."
        raise ApiError(400, message, code="parameter_invalid_integer", param=quantity)


def one_of(given: Doc, path: str, first: str, second: str) -> None:
    """Exactly one of two names must be there."""
    names = f"{path}[{first}]", f"{path}[{second}]"
    if first in given and second in given:
        raise exclusive(*names)
    if first not in given and second not in given:
        raise missing(names[0])


def line_item(line: Doc, *, now: int) -> Doc:
    """The `item` of a checked line."""
    data = line["price_data"]
    product = data["product_data"]
    unit = Decimal(data.get("unit_amount_decimal", data.get("unit_amount", 0)))
    amount = money.rounded(unit * line["quantity"])
    currency = data["currency"]
    return {
        "id": ids.new("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": product["name"],
        "metadata": merged({}, line.get("metadata", {})),
        "price": {
            "id": ids.new("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": ids.new("product"),
            "recurring": None,
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": int(unit) if unit == unit.to_integral_value() else None,
            "unit_amount_decimal": f"{unit.normalize():f}",
        },
        "quantity": line["quantity"],
    }


def check_rate(data: Doc, path: str, currency: str | None) -> None:
    """Refuse a shipping rate without an amount, or in another currency than the session's.

    Raises:
        ApiError: it would be refused.
    """
    if "fixed_amount" not in data:
        param = f"{path}[fixed_amount]" if path else "fixed_amount"
        raise missing(param)
    given = data["fixed_amount"]["currency"]
    if currency is not None and given != currency:
        message = f"The shipping rate's currency ({given}) is not the session's ({currency})."
        raise ApiError(400, message, param=f"{path}[fixed_amount][currency]")


def shipping_rate(work: "Work", data: Doc) -> Doc:
    """A new `shipping_rate`, kept."""
    doc = {
        "id": ids.new("shipping_rate"),
        "object": "shipping_rate",
        "active": True,
        "created": work.at,
        "delivery_estimate": _estimate(data.get("delivery_estimate")),
        "display_name": data["display_name"],
        "fixed_amount": data["fixed_amount"],
        "livemode": False,
        "metadata": merged({}, data.get("metadata", {})),
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tax_code": data.get("tax_code"),
        "type": "fixed_amount",
    }
    return work.add("shipping_rate", doc).doc


def _estimate(given: Doc | None) -> Doc | None:
    return None if given is None else {"maximum": None, "minimum": None, **given}
