import base64
import stat
from pathlib import Path

import pytest

from config.door import keys
from config.door.errors import DoorError


def test_secrets_are_made_once_and_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    made = keys.kept_in(file)
    assert keys.kept_in(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_two_secrets_are_alike() -> None:
    one, other = keys.fresh(), keys.fresh()
    values = [getattr(made, name) for made in (one, other) for name in keys.Keys.__slots__]
    assert len(set(values)) == len(values)


def test_the_key_of_stored_credentials_is_a_fernet_key() -> None:
    assert len(base64.urlsafe_b64decode(keys.fresh().backroom_keys)) == 32


@pytest.mark.parametrize("content", ["", "{", "[]", '{"secret_key": "only"}'])
def test_damaged_secrets_are_never_replaced(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(DoorError) as refused:
        keys.kept_in(file)
    assert "--fresh" in refused.value.now
    assert file.read_text() == content
