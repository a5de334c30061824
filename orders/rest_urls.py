"""The addresses of prints and orders for programs, below /api/."""

from django.urls import path

from .rest import designs, orders, staff

app_name = "orders_api"
_DESIGN = "designs/<uuid:design_id>/"
_ORDER = "orders/<uuid:order_id>/"
urlpatterns = [
    path("print-products/", designs.ProductsView.as_view(), name="products"),
    path("photos/", designs.PhotosView.as_view(), name="photos"),
    path("designs/", designs.DesignsView.as_view(), name="designs"),
    path(_DESIGN, designs.DesignView.as_view(), name="design"),
    path(f"{_DESIGN}preview/", designs.PreviewView.as_view(), name="preview"),
    path(f"{_DESIGN}finalize/", designs.FinalizeView.as_view(), name="finalize"),
    path("jobs/<uuid:job_id>/", designs.RenderView.as_view(), name="job"),
    path("orders/", orders.OrdersView.as_view(), name="orders"),
    path(_ORDER, orders.OrderView.as_view(), name="order"),
    path(f"{_ORDER}checkout/", orders.CheckoutView.as_view(), name="checkout"),
    path(f"{_ORDER}take-back/", orders.TakeBackView.as_view(), name="take-back"),
    path(f"{_ORDER}cancel/", orders.CancelView.as_view(), name="cancel"),
    path(f"{_ORDER}reorder/", orders.ReorderView.as_view(), name="reorder"),
    path("admin/orders/", staff.StaffOrdersView.as_view(), name="staff-orders"),
    path("admin/orders/<uuid:order_id>/", staff.StaffOrderView.as_view(), name="staff-order"),
]
