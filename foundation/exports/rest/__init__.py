"""Exports for programs."""
