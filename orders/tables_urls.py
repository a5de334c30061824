"""What merchants set up, and what stands behind orders, below ``/orders/``."""

from django.urls import path

from .views import catalogue, designs, rate_import, rates, renders, setup

app_name = "print_tables"
_PRODUCT = "setup/products/<uuid:product_id>/"
_SIZE = "setup/sizes/<uuid:size_id>/"
_DESIGN = "designs/<uuid:design_id>/"
_RENDER = "renders/<uuid:render_id>/"
_RATES = "setup/rates/<slug:kind>/"
urlpatterns = [
    path("setup/", setup.print_shop, name="print_shop"),
    path("setup/products/", catalogue.products, name="products"),
    path("setup/products/new/", catalogue.product_new, name="product_new"),
    path(_PRODUCT, catalogue.product, name="product"),
    path(f"{_PRODUCT}move/<slug:step>/", catalogue.product_move, name="product_move"),
    path(f"{_PRODUCT}switch/<slug:to>/", catalogue.product_switch, name="product_switch"),
    path(f"{_PRODUCT}sizes/new/", catalogue.size_new, name="size_new"),
    path(_SIZE, catalogue.size, name="size"),
    path(f"{_SIZE}move/<slug:step>/", catalogue.size_move, name="size_move"),
    path(f"{_SIZE}switch/<slug:to>/", catalogue.size_switch, name="size_switch"),
    path("setup/shipping/", rates.rates, {"kind": "shipping"}, name="shipping"),
    path("setup/taxes/", rates.rates, {"kind": "taxes"}, name="taxes"),
    path("setup/trial/", rates.trial, name="trial"),
    path(f"{_RATES}new/", rates.rate_new, name="rate_new"),
    path(f"{_RATES}import/", rate_import.rate_import, name="import"),
    path(f"{_RATES}undo/<int:event_id>/", rates.rate_undo, name="rate_undo"),
    path(f"{_RATES}<uuid:rate_id>/", rates.rate, name="rate"),
    path(f"{_RATES}<uuid:rate_id>/delete/", rates.rate_delete, name="rate_delete"),
    path("designs/", designs.designs, name="designs"),
    path(_DESIGN, designs.design, name="design"),
    path(f"{_DESIGN}picture/", designs.design_picture, name="design_picture"),
    path("renders/", renders.renders, name="renders"),
    path("renders/again/", renders.render_all_again, name="renders_again"),
    path(f"{_RENDER}again/", renders.render_one_again, name="render_again"),
    path(f"{_RENDER}picture/", renders.render_picture, name="render_picture"),
    path(f"{_RENDER}<slug:kind>/", renders.render_file, name="render_file"),
]
