"""What is wrong with a document of rules, by place."""

from .contracts import RuleErrors


class Findings:
    """Sentences by place. The first one said at a place stays: later ones follow from it."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
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
        """Raise :class:`RuleErrors` with everything that is wrong, if there is something."""
        if self._said:
            raise RuleErrors(self._said)
