"""Run a worker; look through dead letters, replay and discard them."""
