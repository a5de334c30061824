"""Reads of price jobs, their rows and the ledger."""

from .rows import open_rows, unsettled_rows

__all__ = ["open_rows", "unsettled_rows"]
