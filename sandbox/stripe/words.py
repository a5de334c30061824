"""Long lists of names, written as text."""


def words(text: str) -> tuple[str, ...]:
    """The names that a text lists."""
    return tuple(text.split())
