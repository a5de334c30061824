"""Read and check the values that settings take from the environment."""

import re
from pathlib import Path
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


# What every server that speaks S3 takes for a bucket's name.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_S3 = ("S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_REGION")
_STYLES = ("auto", "path", "virtual")


def storage(env: environ.Env, folder: Path) -> dict[str, Any]:
    """Return where files are kept: the bucket that the environment names, else ``folder``."""
    bucket = env.str("S3_BUCKET", default="")
    said = {name: env.str(name, default="") for name in _S3}
    if not bucket:
        strays = ", ".join(name for name, value in said.items() if value)
        if strays:
            raise _refuse("S3_BUCKET", f"it is empty, and {strays} is set. Name the bucket too.")
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        }
    if not _BUCKET.fullmatch(bucket):
        raise _refuse("S3_BUCKET", f"{bucket!r} is not 3-63 small letters, digits, dots, hyphens")
    # Both, or neither: then the machine's own role is used.
    for one, other in (_S3[1:3], _S3[2:0:-1]):
        if said[one] and not said[other]:
            raise _refuse(other, f"it is empty, and {one} is set. Both belong together.")
    endpoint = origin(_S3[0], said[_S3[0]], "https", "http", optional=True)
    style = env.str("S3_ADDRESSING_STYLE", default="") or ("path" if endpoint else "auto")
    if style not in _STYLES:
        raise _refuse("S3_ADDRESSING_STYLE", f"{style!r} is not one of {', '.join(_STYLES)}")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "access_key": said["S3_ACCESS_KEY_ID"] or None,
            "secret_key": said["S3_SECRET_ACCESS_KEY"] or None,
            "region_name": said["S3_REGION"] or "us-east-1",
            "client_config": _s3_client(style),
            "file_overwrite": True,
            "default_acl": None,
            # All in the caller's thread: it keeps a lease between the pieces, over its database.
            "transfer_config": _s3_transfers(),
        },
    }


def _s3_transfers() -> Any:
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 -- for those who have a bucket

    return TransferConfig(use_threads=False)


def _s3_client(style: str) -> Any:
    from botocore.config import Config  # noqa: PLC0415 -- 0.2 s, for those who have a bucket

    return Config(
        signature_version="s3v4",
        s3={"addressing_style": style},
        # Well below a job's lease, also when a piece is sent twice.
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 2},
        # The newer checksums are AWS's own; other servers refuse a request that carries them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
