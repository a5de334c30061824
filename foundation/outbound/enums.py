"""Names of what the way out tells the layers above."""

from typing import Final

CONNECTION_RESUMED: Final = "outbound.connection_resumed"
"""Event: {"connection_id"}: a parked connection may call again."""
