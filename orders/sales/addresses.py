"""Where an order goes, read and checked. Pure.

Canada's postal codes are checked by their form (Canada Post, Addressing Guidelines §5: letters D F
I O Q U never, W and Z not first) and brought into the one they are printed in; elsewhere only that
there is something.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from foundation.findings import DocumentErrors, Findings

COUNTRIES: Final = {
    "CA": "Canada",
    "US": "United States",
    "GB": "United Kingdom",
    "FR": "France",
    "DE": "Germany",
    "AU": "Australia",
}
PROVINCES: Final = {
    "AB": "Alberta",
    "BC": "British Columbia",
    "MB": "Manitoba",
    "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador",
    "NS": "Nova Scotia",
    "NT": "Northwest Territories",
    "NU": "Nunavut",
    "ON": "Ontario",
    "PE": "Prince Edward Island",
    "QC": "Quebec",
    "SK": "Saskatchewan",
    "YT": "Yukon",
}
# The first letter of a postal code says the province (Canada Post, Addressing Guidelines §5).
_FIRST_LETTERS: Final = {
    "AB": "T",
    "BC": "V",
    "MB": "R",
    "NB": "E",
    "NL": "A",
    "NS": "B",
    "NT": "X",
    "NU": "X",
    "ON": "KLMNP",
    "PE": "C",
    # K1A: federal offices in Gatineau.
    "QC": "GHJK",
    "SK": "S",
    "YT": "Y",
}
_POSTAL_CODE: Final = re.compile(
    r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])\s?-?(\d[ABCEGHJ-NPRSTV-Z]\d)"
)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
LENGTHS: Final = {
    "email": 254,
    "name": 150,
    "line1": 150,
    "line2": 150,
    "city": 100,
    "province": 3,
    "postal_code": 12,
    "country": 2,
    "phone": 30,
}
FIELDS: Final = tuple(LENGTHS)
"""An order's columns that say where it goes."""
_NEEDED: Final = {
    "email": "Enter an e-mail address: the receipt and the tracking number go there.",
    "name": "Enter the name of who receives the parcel.",
    "line1": "Enter the street and number.",
    "city": "Enter the city.",
    "postal_code": "Enter the postal code.",
    "country": "Choose the country.",
}


class InvalidAddress(DocumentErrors):
    """An address that nothing can be sent to; says what to enter at each field."""


@dataclass(frozen=True, slots=True)
class Address:
    """Who receives an order, and where. ``province`` and ``country`` are ISO 3166 codes."""

    email: str
    name: str
    line1: str
    line2: str
    city: str
    province: str
    postal_code: str
    country: str
    phone: str

    def columns(self) -> dict[str, str]:
        """Return the values by the order's columns."""
        return asdict(self)


def country_name(code: str) -> str:
    """Name a country by its code; one we have no name for keeps it."""
    return COUNTRIES.get(code, code)


def read_address(given: Mapping[str, object], *, ships_to: frozenset[str]) -> Address:
    """Read an address; every wrong field is said at once, each in a sentence.

    ``ships_to`` are the countries the shop sends to. Raises :class:`InvalidAddress`.
    """
    findings = Findings(InvalidAddress)
    values = {name: _text(given.get(name, ""), name, findings) for name in LENGTHS}
    values["country"] = values["country"].upper()
    values["province"] = values["province"].upper()
    for name, sentence in _NEEDED.items():
        if not values[name] and not findings.under(name):
            findings.add(name, sentence)
    if values["email"] and not _EMAIL.fullmatch(values["email"]):
        findings.add("email", "That is not an e-mail address. It looks like name@example.com.")
    if values["country"] and values["country"] not in ships_to:
        findings.add("country", f"We send to {', '.join(sorted(ships_to)) or 'nowhere yet'}.")
    if values["country"] == "CA":
        _check_canada(values, findings)
    findings.raise_if_any()
    return Address(**values)


def _text(value: object, name: str, findings: Findings) -> str:
    if not isinstance(value, str):
        findings.add(name, "Enter text.")
        return ""
    text = " ".join(value.split())
    if len(text) > LENGTHS[name]:
        findings.add(name, f"Enter {LENGTHS[name]} letters at most.")
        return ""
    if not text.isprintable():
        findings.add(name, "There are letters in it that cannot be printed. Type it anew.")
        return ""
    return text


def _check_canada(values: dict[str, str], findings: Findings) -> None:
    province = values["province"]
    if province not in PROVINCES:
        findings.add("province", "Choose the province or territory.")
    found = _POSTAL_CODE.fullmatch(values["postal_code"].upper())
    if found is None:
        findings.add("postal_code", "A Canadian postal code looks like K1A 0B1.")
        return
    values["postal_code"] = f"{found[1]} {found[2]}"
    if province in PROVINCES and found[1][0] not in _FIRST_LETTERS[province]:
        findings.add(
            "postal_code",
            f"{values['postal_code']} does not lie in {PROVINCES[province]}. Check both.",
        )
