"""The schema of the API and its page, for whoever is logged in."""

from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import never_cache
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI, as JSON unless YAML is asked for (``?format=yaml``)."""

    renderer_classes = [  # noqa: RUF012 -- as the class it comes from has it
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]


class DocumentsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own origin: its script is an address, not a part of the page."""

    template_name = "rest/documents.html"
    url_name = "api:schema"


# A page for people, so who is not logged in goes to the log-in. Stricter than other staff pages:
# no script in the page and none that is made of text.
documents = never_cache(
    login_required(csp_replace({"script-src": ["'self'"]})(DocumentsView.as_view()))
)
