"""The machinery under all towers. It knows none of them."""
