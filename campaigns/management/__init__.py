"""Commands of ops on campaigns."""
