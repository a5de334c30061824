"""The addresses of campaigns for programs, below /api/."""

from django.urls import path

from .rest import tables, verbs, views

app_name = "campaigns_api"
_ONE = "campaigns/<uuid:campaign_id>/"
urlpatterns = [
    path("campaigns/", views.CampaignsView.as_view(), name="campaigns"),
    path(_ONE, views.CampaignView.as_view(), name="campaign"),
    path(f"{_ONE}rollback/", verbs.RollbackView.as_view(), name="rollback"),
    path(f"{_ONE}switch/", verbs.SwitchView.as_view(), name="switch"),
    path(f"{_ONE}take-back-in/", verbs.TakeBackInView.as_view(), name="take-back-in"),
    path(f"{_ONE}variants/", tables.VariantsView.as_view(), name="variants"),
    path(f"{_ONE}moves/", tables.MovesView.as_view(), name="moves"),
    path(f"{_ONE}ledger/", tables.LedgerView.as_view(), name="ledger"),
]
