"""The pages of orders, below ``/orders/``."""

from django.urls import path

from .views import files, money, moving, order_page, orders

app_name = "orders"
_ORDER = "<uuid:order_id>/"
_LINE = f"{_ORDER}lines/<int:position>/"
urlpatterns = [
    path("", orders.order_list, name="list"),
    path("all/<slug:verb>/", orders.act_on_matching, name="act"),
    path(_ORDER, order_page.order_page, name="order"),
    path(f"{_ORDER}move/<slug:to>/", moving.move_order, name="move"),
    path(f"{_ORDER}ship/", moving.ship_order, name="ship"),
    path(f"{_ORDER}reprint/", moving.reprint_order, name="reprint"),
    path(f"{_ORDER}note/", moving.note_order, name="note"),
    path(
        f"{_ORDER}renders/<uuid:render_id>/again/",
        moving.render_order_again,
        name="render_again",
    ),
    path(f"{_ORDER}refund/", money.refund_order, name="refund"),
    path(f"{_ORDER}cancel/", money.cancel_order, name="cancel"),
    path(f"{_ORDER}payments/<uuid:attempt_id>/", money.decide_payment, name="payment"),
    path(f"{_ORDER}receipt/", files.receipt, name="receipt"),
    path(f"{_LINE}picture/", files.line_picture, name="picture"),
    path(f"{_LINE}<slug:kind>/", files.print_file, name="print_file"),
]
