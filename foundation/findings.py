"""What is wrong with a document that somebody wrote, by place.

A place is written with points, such as ``0.when.items.1.value``; the document itself is ``""``.
"""

from collections.abc import Callable, Mapping


class DocumentErrors(ValueError):
    """A document that cannot be meant.

    ``errors`` has a sentence that says what to enter instead for each place in it.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        """``errors`` are sentences by place, at least one."""
        super().__init__("; ".join(f"{place}: {said}" for place, said in errors.items()))
        self.errors = dict(errors)


class Findings:
    """Sentences by place. The first one said at a place stays: later ones follow from it."""

    def __init__(self, error: Callable[[Mapping[str, str]], DocumentErrors]) -> None:
        """``error`` is what they are raised as. Nothing is wrong yet."""
        self._error = error
        self._said: dict[str, str] = {}

    def add(self, place: str, sentence: str) -> None:
        """Say what to enter at a place."""
        self._said.setdefault(place, sentence)

    def under(self, *places: str) -> bool:
        """Tell whether something is wrong at one of these places or inside it."""
        return any(
            found == place or found.startswith(f"{place}.")
            for found in self._said
            for place in places
        )

    def raise_if_any(self) -> None:
        """Raise everything that is wrong, if there is something."""
        if self._said:
            raise self._error(self._said)
