"""What of prints and orders can be exported; each module registers its own.

A page shows a viewer one customer at a time; a file of all of them leaves the house. So files with
names and addresses are for editors, who write to these customers anyway; lines, without them, and
the tables of rates are for everybody in the shop.
"""

from . import designs, orders, tables

__all__ = ["designs", "orders", "tables"]
