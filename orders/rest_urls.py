"""The addresses of prints and orders for programs, below /api/."""

from django.urls import path

from .rest import designs

app_name = "orders_api"
_DESIGN = "designs/<uuid:design_id>/"
urlpatterns = [
    path("print-products/", designs.ProductsView.as_view(), name="products"),
    path("photos/", designs.PhotosView.as_view(), name="photos"),
    path("designs/", designs.DesignsView.as_view(), name="designs"),
    path(_DESIGN, designs.DesignView.as_view(), name="design"),
    path(f"{_DESIGN}preview/", designs.PreviewView.as_view(), name="preview"),
    path(f"{_DESIGN}finalize/", designs.FinalizeView.as_view(), name="finalize"),
    path("jobs/<uuid:job_id>/", designs.RenderView.as_view(), name="job"),
]
