"""A stand-in for the Shopify Admin GraphQL API, strict where the vendor is strict.

What it does not do: OAuth, bulk mutations, `productSet`, markets, orders as records, REST.
See README.md in this folder for the control API and the settings.
"""
