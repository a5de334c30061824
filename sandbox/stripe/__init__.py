"""A stand-in for Stripe's API, strict where the vendor is strict."""
