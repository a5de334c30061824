"""Template tags of the staff frame."""
