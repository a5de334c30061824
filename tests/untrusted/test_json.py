"""Documents from strangers."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.untrusted.api import JsonLimits, Rejected, read_json


def test_decimals_are_exact() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": [1, 2.10, null, true, "\\"]["]}') == {
        "a": [1, Decimal("2.10"), None, True, '"][']
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[1" + b" " * 100, "The document is longer than 100 bytes."),
        (b'{"a": [[[1]]]}', "byte 8: The document is nested more than 3 deep."),
        (b'{"a":\n 1,}', "line 2, column 4, byte 9: The document is not JSON"),
        (b"", "line 1, column 1, byte 0: The document is not JSON"),
        (b'"\xff"', "byte 1: The document is not UTF-8."),
        (b'{"a": {"b": 1, "b": 1}}', "at $.a: The key 'b' is there twice."),
        (b'[{"a": NaN}]', "NaN is not a number in JSON."),
        (b"[-Infinity]", "-Infinity is not a number in JSON."),
        (b'{"a": [0, 1e9999]}', "at $.a[1]: The number is beyond all bounds."),
        (b'["\\u0000"]', "at $[0]: The text has a NUL character."),
        (b'["\\ud800"]', "at $[0]: The text has half a surrogate pair."),
        (b'{"\\u0000": 1}', "at $: The text has a NUL character."),
    ],
)
def test_refusals_name_the_place(data: bytes, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_json(data, limits=JsonLimits(max_bytes=100, max_depth=3))

    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    "data", [b"[" * 2_000_000, b'"' + b'\\"' * 900_000, b"1" * 1_000_000, b'{"a":' * 300_000]
)
def test_hostile_documents_are_refused_quickly(data: bytes) -> None:
    began = time.thread_time()
    with pytest.raises(Rejected):
        read_json(data)

    assert time.thread_time() - began < 2


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00")), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_what_a_writer_writes_is_read_back(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value
