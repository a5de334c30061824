"""Commands that need every tower: make the demo, play with it."""
