"""Campaigns: when stock moves, or a time comes, prices follow; and everything can be taken back.

This app decides when a campaign's layer lies over a variant. Not done here: what a price becomes
and writing it abroad (``pricing``, which computes every price from the merchant's own one and the
layers above it), knowing the stock (``catalog_sync``).
"""
