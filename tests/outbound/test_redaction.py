"""What may not stand in a log does not."""

import pytest

from foundation.outbound.redaction import LONGEST, redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("token shpat_abc123DEF is dead", "token [redacted] is dead"),
        ("key sk_test_1234567890", "key [redacted]"),
        ("Authorization: Bearer ey.abc-1", "Authorization: [redacted]"),
        ('{"access_token": "xyz", "a": 1}', '{"[redacted]", "a": 1}'),
        ("https://h/?hmac=00ff&x=1", "https://h/?[redacted]&x=1"),
        ("mail Olga.Owner@example.co.uk now", "mail [redacted] now"),
        ("a" * 40 + " end", "[redacted] end"),
        (
            "gid://shopify/ProductVariant/7001 at 24.00",
            "gid://shopify/ProductVariant/7001 at 24.00",
        ),
        ("nul\x00byte", "nulbyte"),
    ],
)
def test_shapes_of_secrets_and_of_people_are_blotted_out(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_the_connections_own_secrets_are_blotted_out_and_short_words_left() -> None:
    assert redact("my pass-word-1 and a", ["pass-word-1", "a", 7]) == "my [redacted] and a"


def test_texts_are_bounded() -> None:
    assert len(redact("x y " * 2000)) == LONGEST
