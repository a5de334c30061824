"""Ops look at orders, room by room; loading a room's pages registers them."""

from .assortment import admin as assortment
from .designs import admin as designs
from .packing import admin as packing
from .payments import admin as payments
from .people import admin as people
from .sales import admin as sales

__all__ = ["assortment", "designs", "packing", "payments", "people", "sales"]
