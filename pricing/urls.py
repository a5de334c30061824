"""Addresses of the price pages, below ``/pricing/``."""

from django.urls import path

from .views.jobs import job_list, job_page
from .views.ledger import ledger_list, product_prices, variant_page
from .views.new import new_job, preview_job
from .views.verbs import cancel_job, confirm_job, plan_job_again, restore_edits, roll_back_job

app_name = "pricing"
urlpatterns = [
    path("", job_list, name="job_list"),
    path("new/", new_job, name="new"),
    path("new/preview/", preview_job, name="preview"),
    path("ledger/", ledger_list, name="ledger"),
    path("variants/<uuid:variant_id>/", variant_page, name="variant"),
    path("products/<uuid:product_id>/", product_prices, name="product_prices"),
    path("<uuid:job_id>/", job_page, name="job"),
    path("<uuid:job_id>/confirm/", confirm_job, name="confirm"),
    path("<uuid:job_id>/cancel/", cancel_job, name="cancel"),
    path("<uuid:job_id>/rollback/", roll_back_job, name="roll_back"),
    path("<uuid:job_id>/restore/", restore_edits, name="restore"),
    path("<uuid:job_id>/again/", plan_job_again, name="again"),
]
