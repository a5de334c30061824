"""Addresses of the price pages, below ``/pricing/``."""

from django.urls import path

from .views.approval import approval
from .views.files import file, file_delete, file_new, files
from .views.job_page import job_page, moment_words
from .views.jobs import drop_plans, job_list
from .views.keeping import (
    filter_delete,
    filter_save,
    filters,
    rule_set_delete,
    rule_set_rename,
    rule_set_save,
    rule_sets,
)
from .views.ledger import ledger_list, product_prices
from .views.locks import lock_add, lock_remove, locks
from .views.new import new_job, preview_job, start_afresh
from .views.variant import variant_page
from .views.verbs import (
    approve_job,
    cancel_job,
    change_job_end,
    confirm_job,
    pause_job,
    plan_job_again,
    reject_job,
    restore_edits,
    resume_job,
    roll_back_job,
    run_job_again,
)

app_name = "pricing"
urlpatterns = [
    path("", job_list, name="job_list"),
    path("new/", new_job, name="new"),
    path("new/preview/", preview_job, name="preview"),
    path("new/afresh/", start_afresh, name="afresh"),
    path("drop/", drop_plans, name="drop_plans"),
    path("moment/", moment_words, name="moment"),
    path("ledger/", ledger_list, name="ledger"),
    path("variants/<uuid:variant_id>/", variant_page, name="variant"),
    path("products/<uuid:product_id>/", product_prices, name="product_prices"),
    path("rules/", rule_sets, name="rule_sets"),
    path("rules/save/", rule_set_save, name="rule_set_save"),
    path("rules/<uuid:rule_set_id>/rename/", rule_set_rename, name="rule_set_rename"),
    path("rules/<uuid:rule_set_id>/delete/", rule_set_delete, name="rule_set_delete"),
    path("filters/", filters, name="filters"),
    path("filters/save/", filter_save, name="filter_save"),
    path("filters/<uuid:filter_id>/delete/", filter_delete, name="filter_delete"),
    path("locks/", locks, name="locks"),
    path("locks/add/", lock_add, name="lock_add"),
    path("locks/remove/", lock_remove, name="lock_remove"),
    path("approval/", approval, name="approval"),
    path("lists/", files, name="files"),
    path("lists/new/", file_new, name="file_new"),
    path("lists/<uuid:file_id>/", file, name="file"),
    path("lists/<uuid:file_id>/delete/", file_delete, name="file_delete"),
    path("<uuid:job_id>/", job_page, name="job"),
    path("<uuid:job_id>/confirm/", confirm_job, name="confirm"),
    path("<uuid:job_id>/approve/", approve_job, name="approve"),
    path("<uuid:job_id>/reject/", reject_job, name="reject"),
    path("<uuid:job_id>/pause/", pause_job, name="pause"),
    path("<uuid:job_id>/resume/", resume_job, name="resume"),
    path("<uuid:job_id>/end/", change_job_end, name="change_end"),
    path("<uuid:job_id>/cancel/", cancel_job, name="cancel"),
    path("<uuid:job_id>/rollback/", roll_back_job, name="roll_back"),
    path("<uuid:job_id>/restore/", restore_edits, name="restore"),
    path("<uuid:job_id>/again/", plan_job_again, name="again"),
    path("<uuid:job_id>/run-again/", run_job_again, name="run_again"),
]
