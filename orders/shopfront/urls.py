"""Addresses of the print shop, below ``/print-shop/``."""

from django.urls import path

from . import (
    access,
    designer,
    letters,
    mine,
    ordering,
    paying,
    pictures,
    receipt,
    showcase,
    uploading,
)

app_name = "print_shop"
_DESIGN = "design/<uuid:design_id>/"
_ORDER = "orders/<uuid:order_id>/"
urlpatterns = [
    path("", showcase.home, name="home"),
    path("design/", uploading.new_design, name="new_design"),
    path(_DESIGN, designer.designer, name="design"),
    path(f"{_DESIGN}picture/", pictures.picture, name="picture"),
    path(f"{_DESIGN}letters/", letters.letters, name="letters"),
    path(f"{_DESIGN}order/", ordering.order_this, name="order_this"),
    path(f"{_DESIGN}copy/", mine.copy, name="copy"),
    path(f"{_DESIGN}throw-away/", mine.throw_away, name="throw_away"),
    path(f"{_DESIGN}take-back/", mine.take_back_design, name="take_back_design"),
    path("designs/", mine.designs, name="designs"),
    path("orders/", mine.orders, name="orders"),
    path(_ORDER, ordering.order_page, name="order"),
    path(f"{_ORDER}standing/", ordering.order_standing, name="standing"),
    path(f"{_ORDER}lines/<int:position>/picture/", pictures.line_picture, name="line_picture"),
    path(f"{_ORDER}lines/<int:position>/quantity/", ordering.quantity, name="quantity"),
    path(f"{_ORDER}address/", ordering.address, name="address"),
    path(f"{_ORDER}shipping/", ordering.shipping, name="shipping"),
    path(f"{_ORDER}pay/", paying.pay, name="pay"),
    path(f"{_ORDER}change/", paying.change, name="change"),
    path(f"{_ORDER}cancel/", paying.cancel, name="cancel"),
    path(f"{_ORDER}again/", paying.again, name="again"),
    path(f"{_ORDER}receipt/", receipt.receipt, name="receipt"),
    path("log-in/", access.log_in, name="log_in"),
    path("log-in/<str:secret>/", access.follow_link, name="open_link"),
    path("log-out/", access.leave, name="log_out"),
]
