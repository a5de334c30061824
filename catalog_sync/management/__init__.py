"""Management of the mirror."""
