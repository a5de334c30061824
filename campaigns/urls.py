"""Addresses of the campaign pages, below ``/campaigns/``."""

from django.urls import path

from .views.campaigns import act_after_removal, act_on_matching, campaign_list
from .views.new import (
    change_campaign,
    new_campaign,
    preview_campaign,
    review_campaign,
    start_afresh,
    trial,
)
from .views.page import campaign_page
from .views.taking_back import end_campaign, roll_back_campaign
from .views.variant import variant_history
from .views.verbs import (
    activate_campaign,
    discard_campaign,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
    switch_variants,
    take_variants_back_in,
    unschedule_campaign,
)

app_name = "campaigns"
urlpatterns = [
    path("", campaign_list, name="list"),
    path("act/<str:verb>/", act_on_matching, name="act"),
    path("after-removal/<str:verb>/", act_after_removal, name="after_removal"),
    path("new/", new_campaign, name="new"),
    path("new/afresh/", start_afresh, name="afresh"),
    path("new/preview/", preview_campaign, name="preview"),
    path("new/review/", review_campaign, name="review"),
    path("variants/<uuid:variant_id>/", variant_history, name="variant"),
    path("<uuid:campaign_id>/", campaign_page, name="campaign"),
    path("<uuid:campaign_id>/change/", change_campaign, name="change"),
    path("<uuid:campaign_id>/trial/", trial, name="trial"),
    path("<uuid:campaign_id>/activate/", activate_campaign, name="activate"),
    path("<uuid:campaign_id>/schedule/", schedule_campaign, name="schedule"),
    path("<uuid:campaign_id>/unschedule/", unschedule_campaign, name="unschedule"),
    path("<uuid:campaign_id>/pause/", pause_campaign, name="pause"),
    path("<uuid:campaign_id>/resume/", resume_campaign, name="resume"),
    path("<uuid:campaign_id>/end/", end_campaign, name="end"),
    path("<uuid:campaign_id>/rollback/", roll_back_campaign, name="roll_back"),
    path("<uuid:campaign_id>/discard/", discard_campaign, name="discard"),
    path("<uuid:campaign_id>/switch/", switch_variants, name="switch"),
    path("<uuid:campaign_id>/take-back-in/", take_variants_back_in, name="take_back_in"),
]
