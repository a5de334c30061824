"""Stripe: Checkout Sessions, refunds, disputes, events and their signatures.

The official library, on our own way out. Not done here: what an order's states become of it
(``orders.payments``). Numbers and shapes come from the vendor's contract, cited as "contract §n".
"""
