"""How bad it is."""

from django.db import models


class Severity(models.TextChoices):
    """INFO: worth knowing. WARNING: look at it today. CRITICAL: work stands still until mended."""

    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"

    @property
    def rank(self) -> int:
        """Order of gravity, from 0."""
        return list(Severity).index(self)
