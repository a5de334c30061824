"""Reads of orders for staff: lists, one order with all its money, what is to be produced."""

from .orders import OrderFilter, orders_matching

__all__ = ["OrderFilter", "orders_matching"]
