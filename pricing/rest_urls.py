"""The addresses of price jobs for programs, below /api/."""

from django.urls import path

from .rest import tables, verbs, views

app_name = "pricing_api"
_ONE = "pricing-jobs/<uuid:job_id>/"
urlpatterns = [
    path("pricing-jobs/", views.JobsView.as_view(), name="jobs"),
    path("pricing-jobs/preview/", views.PreviewView.as_view(), name="preview"),
    path(_ONE, views.JobView.as_view(), name="job"),
    path(f"{_ONE}plan/", tables.PlanView.as_view(), name="plan"),
    path(f"{_ONE}results/", tables.ResultsView.as_view(), name="results"),
    path(f"{_ONE}confirm/", verbs.ConfirmView.as_view(), name="confirm"),
    path(f"{_ONE}approve/", verbs.ApproveView.as_view(), name="approve"),
    path(f"{_ONE}reject/", verbs.RejectView.as_view(), name="reject"),
    path(f"{_ONE}pause/", verbs.PauseView.as_view(), name="pause"),
    path(f"{_ONE}resume/", verbs.ResumeView.as_view(), name="resume"),
    path(f"{_ONE}cancel/", verbs.CancelView.as_view(), name="cancel"),
    path(f"{_ONE}replan/", verbs.ReplanView.as_view(), name="replan"),
    path(f"{_ONE}rollback/", verbs.RollbackView.as_view(), name="rollback"),
    path(f"{_ONE}restore/", verbs.RestoreView.as_view(), name="restore"),
    path(f"{_ONE}again/", verbs.AgainView.as_view(), name="again"),
]
