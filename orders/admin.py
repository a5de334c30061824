"""Ops look at orders, room by room; loading a room's pages registers them."""

from .payments import admin as payments

__all__ = ["payments"]
