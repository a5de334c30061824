"""The Shopify Admin GraphQL API: catalogue, stock, prices and webhook subscriptions.

Not done here: OAuth (a custom app's token is pasted by a person), bulk mutations, stock and
product writes, the mirror (``catalog_sync``), the decision what a price should be (``pricing``).
Numbers and shapes come from the vendor's contract; sections are cited as "contract §n".
"""
