"""The mirror of the shops' catalogues: products, variants, locations, stock and its history.

Not done here: prices are never written abroad by this app, nor decided by it (``pricing`` does);
it tells what it saw by events (``catalog.prices_seen``, ``catalog.stock_changed`` …).
"""
