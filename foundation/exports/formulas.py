"""No cell of a file is a formula: what a spreadsheet would run gets an apostrophe in front, in SQL.

After OWASP, "CSV Injection": a cell is run that begins with ``= + - @`` or with a tab or line
break. So are the wide, small and raised forms of these signs, by programs that take them for the
same. What a spreadsheet may strip before it looks does not count: controls, spaces of every width,
marks that are not seen, quotes.

A cell may also begin within ours. Where numbers have a decimal comma (fr-CA, de), Excel splits a
line at semicolons, and minds neither our commas nor our quotes; others split at tabs or bars. So
what would be run behind one of those, or behind a line break, gets an apostrophe, too.
"""

from typing import Final

# As escapes: they are looked for, and nobody would see which they are.
_SIGNS: Final = (
    r"=+@\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d"
    r"\uff20-"
)
_ENDS: Final = r";|\t\r\n"
_SPACES: Final = (
    r"\u0020\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    r"\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_CONTROLS: Final = r"\u0001-\u001f"
_CONTROLS_BUT_ENDS: Final = r"\u0001-\u0008\u000b\u000c\u000e-\u001f"
_QUOTE: Final = '"'

HAS_END: Final = rf"[{_ENDS}]"
WITHIN: Final = rf"([{_ENDS}])(?=[{_CONTROLS_BUT_ENDS}{_SPACES}{_QUOTE}]*[{_SIGNS}])"
FIRST: Final = rf"^([\t\r\n]|[{_CONTROLS}{_SPACES}{_QUOTE}]*[{_SIGNS}])"


# What most cells are; to know it costs a third less than to replace nothing in them.
HARMLESS: Final = rf"^[A-Za-z0-9][^{_ENDS}]*$"


def disarmed(cell: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL that disarms a cell, given as SQL, with its parameters."""
    within = rf"regexp_replace({cell}, %s, '\1''', 'g')"
    inner = f"CASE WHEN {cell} ~ %s THEN {within} ELSE {cell} END"
    whole = rf"regexp_replace({inner}, %s, '''\1')"
    sql = f"CASE WHEN {cell} = '' OR {cell} ~ %s THEN {cell} ELSE {whole} END"
    return sql, (HARMLESS, HAS_END, WITHIN, FIRST)
