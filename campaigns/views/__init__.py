"""The campaign pages, below ``/campaigns/``."""
