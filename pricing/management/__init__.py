"""Commands of ops on price jobs."""
