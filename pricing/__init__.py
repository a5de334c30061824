"""Prices: plan, confirm, write, tell what happened, take it back.

This app holds the one engine that writes prices abroad (``engine.py``) and the ledger of every
price change. Not done here: reading catalogues (``catalog_sync``), deciding when a campaign's
layer is put or taken away (``campaigns``, which will ask this engine to write).
"""
