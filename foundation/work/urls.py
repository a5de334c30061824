"""Addresses of the job pages, below ``/operations/``."""

from django.urls import path

from .views import job_act, job_detail, job_list, jobs_act

app_name = "work"
urlpatterns = [
    path("jobs/", job_list, name="jobs"),
    path("jobs/all/<slug:verb>/", jobs_act, name="jobs_act"),
    path("jobs/<int:job_id>/", job_detail, name="job"),
    path("jobs/<int:job_id>/<slug:verb>/", job_act, name="job_act"),
]
