"""Reads of price jobs, their rows and the ledger."""
