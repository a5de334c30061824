"""Ops' edge of the whole installation."""
