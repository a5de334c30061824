"""Upper case as the database makes it: letter by letter, so that ß stays ß."""


def upper(text: str) -> str:
    """Return ``text`` in upper case, never longer than it was.

    Python's own ``upper`` follows the full rules of Unicode (ß becomes SS); PostgreSQL's follows
    the simple ones, in which a letter becomes one letter. Both sides of a comparison must agree.
    """
    return text.upper() if text.isascii() else "".join(map(_one, text))


def _one(letter: str) -> str:
    for form in (letter.upper(), letter.title()):
        if len(form) == 1:
            return form
    return letter
