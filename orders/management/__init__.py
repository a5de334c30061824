"""Ops' edge of orders."""
