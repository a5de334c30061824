"""Read and check the values that settings take from the environment."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def _refuse(name: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}: {why}")


def fernet_keys(text: str) -> list[str]:
    """Split ``BACKROOM_KEYS``; the first encrypts, all decrypt."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            hint = (
                "each key must be 32 url-safe base64 bytes. Make one: python -c "
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )
            raise _refuse("BACKROOM_KEYS", hint) from error
    return keys


def origin(name: str, text: str, *schemes: str, optional: bool = False) -> str:
    """Check that ``text`` is scheme://host[:port] and nothing more."""
    if not text and optional:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in schemes or not parts.netloc or parts.path not in ("", "/"):
        wanted = " or ".join(f"{scheme}://host[:port]" for scheme in schemes)
        raise _refuse(name, f"{text!r} is not {wanted}")
    return f"{parts.scheme}://{parts.netloc}"


def address_map(text: str) -> dict[str, str]:
    """Parse ``host=http://127.0.0.1:port,…``: the operator's stand-ins for vendors."""
    mapped: dict[str, str] = {}
    for pair in filter(None, (piece.strip() for piece in text.split(","))):
        host, equals, target = pair.partition("=")
        if not equals:
            raise _refuse("OUTBOUND_ADDRESS_MAP", f"{pair!r} is not host=http://address:port")
        mapped[host.lower()] = origin("OUTBOUND_ADDRESS_MAP", target, "http", "https")
    return mapped


def database(name: str, url: str, env: environ.Env) -> dict[str, Any]:
    """Turn a PostgreSQL address into Django's settings.

    The pool belongs to the web process (``DATABASE_POOL=1`` there): its threads share few
    connections. A worker child has one connection of its own for life.
    """
    try:
        parsed = environ.Env.db_url_config(url)
    except Exception:  # noqa: BLE001 -- the parser raises whatever it meets
        # Neither the address nor what was wrong with it: both may quote the password.
        raise _refuse(name, "it is not postgresql://user:password@host:port/name") from None
    if "postgresql" not in str(parsed.get("ENGINE")):
        raise _refuse(name, "Backroom needs PostgreSQL 15 or newer")
    options: dict[str, Any] = dict(parsed.get("OPTIONS", {}))
    # A lost server is noticed in seconds instead of TCP's hours.
    options.setdefault("connect_timeout", 5)
    options.setdefault("keepalives_idle", 10)
    options.setdefault("keepalives_interval", 5)
    options.setdefault("keepalives_count", 3)
    config: dict[str, Any] = {**parsed, "ENGINE": "django.db.backends.postgresql"}
    size = env.int("DATABASE_POOL", default=0)
    if size:
        options["pool"] = {"min_size": 2, "max_size": size, "timeout": 5}
        config["CONN_MAX_AGE"] = 0
    else:
        config["CONN_MAX_AGE"] = 600
        config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = options
    # Test databases are made by whoever DATABASE_URL names; the door names the owner there.
    return config


def mail(name: str, url: str) -> dict[str, Any]:
    """Turn ``file:///folder`` or ``smtp://user:password@host:port?tls=1`` into settings.

    ``tls=1`` is STARTTLS (port 587), ``ssl=1`` TLS from the first byte (port 465). What is special
    in an address (``@ : /``) is written with percent signs in user and password.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise _refuse(name, f"the port is not a number ({error})") from error
    options = parse_qs(parts.query)
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": parts.path,
        }
    if parts.scheme == "smtp":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": port or 25,
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": options.get("tls") == ["1"],
            "EMAIL_USE_SSL": options.get("ssl") == ["1"],
            "EMAIL_TIMEOUT": 10,
        }
    raise _refuse(name, f"{parts.scheme!r} is not file or smtp")
