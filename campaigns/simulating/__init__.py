"""What a campaign would have done: its triggers and its pace, walked over how stock really moved.

Time goes forward from one step of the stock, or moment to look again, to the next. Nobody switches
anything by hand, and no layer lies at the start. Pure and deterministic; one variant at a time, so
that memory does not grow with their number. Not done here: reading the past (``catalog_sync``),
making prices (``pricing``).
"""

from .contracts import Course, Edge, Interval, Past, PriceOf, Prices, Trial
from .summing import MOST_RESTLESS, Restless, Sums
from .walking import simulate

__all__ = [
    "MOST_RESTLESS",
    "Course",
    "Edge",
    "Interval",
    "Past",
    "PriceOf",
    "Prices",
    "Restless",
    "Sums",
    "Trial",
    "simulate",
]
