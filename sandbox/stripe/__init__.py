"""A stand-in for Stripe's API and its payment page, strict where the vendor is strict.

What it does not do: prices and products of their own, customers, subscriptions, Stripe Tax,
discounts, captures by hand, Connect. What it knows but cannot do is refused aloud
(``sandbox_unsupported``), never ignored. See README.md in this folder for the control API.
"""
