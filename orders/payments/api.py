"""The door to payments for the pages of connections."""

from .connecting import EVENTS, endpoint_url, make_endpoint, probe_account

__all__ = ["EVENTS", "endpoint_url", "make_endpoint", "probe_account"]
