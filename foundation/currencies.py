"""What is to be known about currencies: how many digits an amount has behind its point."""

from typing import Final

# ISO 4217: currencies whose smallest unit is not a hundredth.
_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def digits_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have; 2 for one we do not know."""
    return _DIGITS.get(currency, 2)
