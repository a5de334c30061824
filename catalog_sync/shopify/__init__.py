"""How the mirror speaks with Shopify: its client, the full sync, the subscriptions."""
