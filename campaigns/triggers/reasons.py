"""Why a trigger holds or not: one sentence for people, with the figures."""

from decimal import Decimal

from pricing.api import plain

from .contracts import BackInStock, Direction, Locations, StockChange, Window
from .phrases import at, hours_words

_LONGEST_NAME = 80


class Reasons:
    """Sentences about a variant's stock. ``locations`` has their names."""

    def __init__(self, locations: Locations) -> None:
        self._locations = locations

    def always(self) -> str:
        """Say that nothing is asked."""
        return "The campaign runs."

    def by_hand(self, *, on: bool) -> str:
        """Say what a person chose."""
        return "It is switched on by hand." if on else "It is not switched on by hand."

    def unknown(self, location: int | None) -> str:
        """Say that there is no stock to look at."""
        if location is None:
            return "Stock is not tracked."
        return f"Stock{self._at(location)} is not known."

    def beside(self, stock: int, limit: int, location: int | None) -> str:
        """Say on which side of a limit the stock is."""
        side = "above" if stock > limit else "at or below"
        return f"Stock {stock:,}{self._at(location)} is {side} {limit:,}."

    def out(self, stock: int, location: int | None) -> str:
        """Say that it is out of stock."""
        return f"Stock{self._at(location)} is {stock:,}, so it is out of stock."

    def no_percent(self, before: int | None, window: Window) -> str:
        """Say that there is nothing to measure a change against."""
        ago = f"{hours_words(window.hours)} ago"
        if before is None:
            return f"Stock{self._at(window.location)} {ago} is not known."
        return (
            f"Stock{self._at(window.location)} {ago} was {before:,}, "
            "of which no change in percent can be told."
        )

    def change(
        self, trigger: StockChange, before: int, stock: int, limit: Decimal, *, holds: bool
    ) -> str:
        """Say how the stock changed inside a window, beside a limit in percent."""
        falls = trigger.direction is Direction.FALL
        verb = "went" if not holds else "fell" if falls else "rose"
        said = (
            f"Stock{self._at(trigger.location)} {verb} from {before:,} to {stock:,} "
            f"in {hours_words(trigger.hours)}"
        )
        if holds:
            return f"{said}, by at least {plain(limit)} %."
        return f"{said}, which is no {'fall' if falls else 'rise'} of {plain(limit)} %."

    def back(self, last: int, stock: int, location: int | None) -> str:
        """Say that it came back just now."""
        return f"Stock{self._at(location)} is back: it was {last:,} and is {stock:,}."

    def back_for(self, stock: int, trigger: BackInStock, *, over: bool) -> str:
        """Say that its time is over, or not yet."""
        span = hours_words(trigger.hold)
        return (
            f"Stock {stock:,}{self._at(trigger.location)} has been back for "
            f"{span if over else f'less than {span}'}."
        )

    def not_back(self, stock: int, location: int | None) -> str:
        """Say that it was there before."""
        return f"Stock {stock:,}{self._at(location)} has not just come back."

    def _at(self, location: int | None) -> str:
        return at(location, self._locations, longest=_LONGEST_NAME)
