"""The price pages, below ``/pricing/``."""
