"""Local stand-ins of the outside systems: they import nothing of the project, nothing imports them."""
