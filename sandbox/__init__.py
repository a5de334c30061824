"""Local stand-ins of the outside systems: they and the project import nothing of each other."""
