"""What the settings say of an impossible value: which one, and never a secret."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import database


def test_a_wrong_database_address_is_told_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        database("DATABASE_URL", "postgresql://app:hunter2/7@db:5432/backroom", environ.Env())

    assert str(refused.value).startswith("DATABASE_URL")
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__
