"""No button of a page asks for an export that there is not: it would not be drawn."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from foundation.exports.api import exporter_named

TAG = re.compile(r"{%\s*export_link\s+([^\s%]+)")
FOLDER = Path(settings.BASE_DIR) / "templates"
ASKED = sorted(
    {
        (name, str(path.relative_to(FOLDER)))
        for path in FOLDER.rglob("*.html")
        for name in TAG.findall(path.read_text(encoding="utf-8"))
    }
)


def test_the_buttons_are_found() -> None:
    assert ('"campaigns.campaigns"', "campaigns/list.html") in ASKED
    assert ('"pricing.ledger"', "pricing/ledger.html") in ASKED


@pytest.mark.parametrize(("name", "page"), ASKED)
def test_a_button_names_a_registered_exporter(name: str, page: str) -> None:
    assert name[0] == name[-1] == '"', f"{page} names it in a way that cannot be looked up here"
    assert exporter_named(name.strip('"')) is not None
