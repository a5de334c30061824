"""Orders: the print shop from design to parcel, and the order itself with its histories.

Rooms: ``artwork`` (from a design's document to pixels; no database), ``designs``, ``renders``,
``payments``, ``sales`` (the order, its prices and its states), ``shopfront`` (the public pages).
Not done here: speaking to Stripe (``connectors.stripe``), who may log in (``foundation.shops``).
"""
