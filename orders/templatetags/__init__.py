"""What the templates of prints need."""
