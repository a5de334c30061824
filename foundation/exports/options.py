"""How a file is to be: which columns, in which order, and with a byte order mark or not.

Options are a part of an export's parameters, beside its filters: asked for with others, it is
another export.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from .contracts import Column, Exporter, InvalidExport, Params

COLUMNS: Final = "columns"
BOM: Final = "bom"
NAMES: Final = frozenset({COLUMNS, BOM})
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MOST_NAME: Final = 60
_YES: Final = "1"


@dataclass(frozen=True, slots=True)
class Options:
    """``columns`` in the wanted order; empty: all, in the exporter's."""

    columns: tuple[str, ...] = ()
    bom: bool = False

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read those of an export."""
        names = tuple(name for name in params.get(COLUMNS, "").split(",") if name)
        return cls(names, params.get(BOM) == _YES)

    def as_params(self) -> Params:
        """Write them beside the filters; what is as usual is not written."""
        columns = {COLUMNS: ",".join(self.columns)} if self.columns else {}
        return {**columns, **({BOM: _YES} if self.bom else {})}

    def words(self) -> str:
        """Say to people what is not as usual."""
        said = [f"columns: {', '.join(self.columns)}"] if self.columns else []
        if self.bom:
            said.append("with a byte order mark")
        return "; ".join(said)


def chosen(exporter: Exporter, names: Sequence[str], *, bom: bool) -> Options:
    """Check what was asked for; all columns in their own order are the same as none named.

    Raises :class:`InvalidExport`.
    """
    wanted = tuple(name.strip() for name in names if name.strip())
    known = tuple(column.name for column in exporter.columns)
    for name in wanted:
        if name not in known:
            message = f"there is no column {name[:MOST_NAME]}. There are: {', '.join(known)}."
            raise InvalidExport(message)
        if wanted.count(name) > 1:
            message = f"the column {name} is named twice."
            raise InvalidExport(message)
    return Options(() if wanted == known else wanted, bom)


def columns_of(exporter: Exporter, options: Options) -> Sequence[Column]:
    """Return the columns of a file. Raises :class:`InvalidExport` when one is no more."""
    checked = chosen(exporter, options.columns, bom=options.bom)
    if not checked.columns:
        return exporter.columns
    by_name = {column.name: column for column in exporter.columns}
    return [by_name[name] for name in checked.columns]


def filters_of(params: Params) -> Params:
    """Return an export's parameters without its options."""
    return {name: value for name, value in params.items() if name not in NAMES}
