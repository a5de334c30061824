"""The door to prints and orders."""

from .overview import overview
from .starting import StarterWish, has_print_shop, open_print_shop

__all__ = ["StarterWish", "has_print_shop", "open_print_shop", "overview"]
