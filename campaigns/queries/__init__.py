"""Reads of campaigns for the pages."""
