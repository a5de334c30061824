"""The one frame of all staff pages: Unfold's site, opened to people who are not ops.

Unfold draws sidebar, header and command palette for users of the Django admin only. Merchants'
staff get the same frame around our own pages, and nothing of the admin.
"""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite


class BackroomSite(UnfoldAdminSite):
    """The Django admin's site and the source of every page's frame."""

    site_header = "Backroom"
    site_title = "Backroom"
    index_title = "Operations database"
    enable_nav_sidebar = True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the frame's templates need, for everybody who is logged in."""
        context: dict[str, Any] = super().each_context(request)
        if request.user.is_authenticated:
            context["has_permission"] = True
            context["sidebar_navigation"] = self.get_sidebar_list(request)
        return context

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the admin's models for ops; for others nothing, and no permission queries."""
        if not request.user.is_staff:
            return []
        found: list[Any] = super().get_app_list(request, app_label)
        return found

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people to the one log-in page; whoever is logged in already is not ops."""
        del extra_context
        if request.user.is_authenticated:
            message = "The operations database is for the people who run this installation."
            raise PermissionDenied(message)
        return redirect_to_login(request.GET.get("next", "/admin/"))
