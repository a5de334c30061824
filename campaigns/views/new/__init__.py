"""Make a campaign, or change one that has not begun: one page, tried while it is typed."""

from .pages import change_campaign, new_campaign, start_afresh
from .trying import preview_campaign, review_campaign, trial

__all__ = [
    "change_campaign",
    "new_campaign",
    "preview_campaign",
    "review_campaign",
    "start_afresh",
    "trial",
]
