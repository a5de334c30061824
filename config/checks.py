"""System checks: what would fail later in silence is said at the start, with an id."""
