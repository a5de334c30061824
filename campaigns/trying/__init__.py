"""Try a campaign before it begins: on today's data, and on how stock moved. Writes nothing.

Prices are the price engine's (``pricing.shown_with``), edges the triggers' own: what is shown here
is what would have happened.
"""

from .past import Alternative, TriedPast, try_past
from .today import Tried, TriedToday, try_today

__all__ = ["Alternative", "Tried", "TriedPast", "TriedToday", "try_past", "try_today"]
