"""What is wrong with a document of triggers, by place."""

from .contracts import TriggerErrors


class Findings:
    """Sentences by place. The first one said at a place stays: later ones follow from it."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._said: dict[str, str] = {}

    def add(self, place: str, sentence: str) -> None:
        """Say what to enter at a place."""
        self._said.setdefault(place, sentence)

    def under(self, place: str) -> bool:
        """Tell whether something is wrong at a place or inside it."""
        return any(found == place or found.startswith(f"{place}.") for found in self._said)

    def raise_if_any(self) -> None:
        """Raise :class:`TriggerErrors` with everything that is wrong, if there is something."""
        if self._said:
            raise TriggerErrors(self._said)
