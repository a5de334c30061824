"""Price lists: an uploaded CSV of SKUs and prices, read into lines that each have a verdict.

``amounts`` reads one amount, ``lines`` one row, ``matching`` finds the variants of a piece of rows,
``reading`` does it for a whole file, piece by piece. The same file over the same catalogue gives
the same lines, however often a worker died over it.

Not done here: deciding prices (a rule with the action ``file`` takes a line's price), writing them,
guessing: an amount that can be read in two ways is refused, and so is a SKU of two variants.
"""

from .lines import COLUMNS, limits
from .reading import forget_stored, read_list

__all__ = ["COLUMNS", "forget_stored", "limits", "read_list"]
