"""Input of the price pages, turned into values; nothing here saves."""
