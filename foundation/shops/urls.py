"""Addresses of log-in, log-out and the shop switch."""

from django.urls import path

from .views import LogInView, LogOutView, OwnPasswordView, switch_shop

urlpatterns = [
    path("login/", LogInView.as_view(), name="login"),
    path("logout/", LogOutView.as_view(), name="logout"),
    path("password/", OwnPasswordView.as_view(), name="password_change"),
    path("shop/", switch_shop, name="shop_switch"),
]
