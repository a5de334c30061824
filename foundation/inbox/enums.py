"""What became of a webhook."""

from django.db import models


class MessageState(models.TextChoices):
    """STORED: its listeners got a job each. IGNORED: kept, nobody was told; ``reason`` says why."""

    STORED = "stored", "Stored"
    IGNORED = "ignored", "Ignored"
