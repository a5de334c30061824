"""Template tags of the price pages."""
