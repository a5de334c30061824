"""The JSON API of prints and orders: for browsers by cookie, for programs of staff by token."""
