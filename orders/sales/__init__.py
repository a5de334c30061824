"""The order itself: its lines, what it costs, its two states with their histories."""
