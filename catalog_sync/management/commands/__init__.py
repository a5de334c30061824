"""Commands of the mirror."""
