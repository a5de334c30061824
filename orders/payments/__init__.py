"""Money: sessions at Stripe, what its webhooks tell, refunds."""
