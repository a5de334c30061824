"""What a verb says when it does nothing."""

from dataclasses import dataclass


@dataclass
class Refused(Exception):
    """A verb that was refused; nothing was changed. ``message`` says why and what now."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message
