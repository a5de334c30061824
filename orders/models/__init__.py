"""Tables of the print shop and of orders."""

from .designs import Design, DesignVersion, Photo, RenderJob
from .packing import PrintBatch
from .payments import Dispute, PaymentAttempt, Refund, StripeEvent, StripeSweep
from .people import ClientAllowance, Customer, LoginLink, Visitor
from .products import PrintProduct, PrintShop, PrintSize
from .sales import Order, OrderCounter, OrderLine, OrderStatusChange, OrderTax
from .tables import ShippingRate, TaxRate

__all__ = [
    "ClientAllowance",
    "Customer",
    "Design",
    "DesignVersion",
    "Dispute",
    "LoginLink",
    "Order",
    "OrderCounter",
    "OrderLine",
    "OrderStatusChange",
    "OrderTax",
    "PaymentAttempt",
    "Photo",
    "PrintBatch",
    "PrintProduct",
    "PrintShop",
    "PrintSize",
    "Refund",
    "RenderJob",
    "ShippingRate",
    "StripeEvent",
    "StripeSweep",
    "TaxRate",
    "Visitor",
]
