"""Which vendors call us, and where."""

from .contracts import Receiver, Source

_paths: dict[str, Source] = {}


def register_source(
    name: str,
    *,
    paths: tuple[str, ...],
    receiver: Receiver,
    headers: tuple[str, ...],
    kept: tuple[str, ...] = (),
) -> None:
    """Let ``receiver`` answer for POSTs to ``paths``, with and without a slash at the end.

    ``name`` is the first word of its events (``@on(name, topic)``) and the kind of its
    connections. ``headers`` are what the receiver wants to read, ``kept`` those of them that are
    stored with each message. Called once at start, from ``AppConfig.ready`` or a ``handlers``
    module; a second call with the same name replaces the first.
    """
    keys = tuple((header, "HTTP_" + header.upper().replace("-", "_")) for header in headers)
    source = Source(name, receiver, keys, frozenset(kept))
    for path in paths:
        bare = "/" + path.strip("/")
        other = _paths.get(bare)
        if other is not None and other.name != name:
            message = f"{bare} is answered by two sources: {other.name} and {name}."
            raise RuntimeError(message)
        _paths[bare] = _paths[bare + "/"] = source


def source_at(path: str) -> Source | None:
    """Return the source that is called at ``path``, if any."""
    return _paths.get(path)
