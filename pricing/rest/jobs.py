"""Price jobs as JSON: what is asked for, what the plan comes to, how far it is."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog_sync.api import location_names
from foundation.rest.api import ApiRequest, Money, Percent, PersonSerializer, person_of
from pricing.enums import ConflictPolicy, JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.planning import definitions_of, rules_of
from pricing.presenting import Done, state_now
from pricing.queries.choosing import unknown_skus
from pricing.queries.plans import PlanSummary, plan_summary
from pricing.rules import asks_for_levels, rules_words

from .documents import ChosenSerializer, PricingRuleSerializer
from .possible import possible_verbs

_PEOPLE = ("requested_by", "confirmed_by", "approved_by")
_MOMENTS = ("created_at", "run_at", "ends_at", "started_at", "finished_at")
_ENDS = ("applied", "unchanged", "skipped", "conflict", "failed", "overwritten")
_SAID = ("changes", "products", "rises", "falls", "same_price", "with_cost")
_AMOUNTS = ("average", "sum_before", "sum_after", "margin_before", "margin_after", "given_away")
_PERCENTS = ("average_percent", "steepest_rise", "steepest_fall")


@extend_schema_field(ChosenSerializer)
class _StoredSelection(serializers.JSONField):
    pass


@extend_schema_field(PricingRuleSerializer(many=True))
class StoredRules(serializers.JSONField):
    """Rules as they are stored."""


class CountsSerializer(serializers.Serializer[Any]):
    """How many rows ended how."""

    applied = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    conflict = serializers.IntegerField()
    failed = serializers.IntegerField()
    overwritten = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    """How far the run is, in rows that are to be changed."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class BarSerializer(serializers.Serializer[Any]):
    """How many prices change by more than `above` and up to `up_to` percent; null: no bound."""

    above = serializers.IntegerField(allow_null=True)
    up_to = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class PlanTotalsSerializer(serializers.Serializer[Any]):
    """What a plan comes to, of the merchant's own prices, in the shop's currency.

    Margins are sums over the `with_cost` rows whose cost is known; `given_away` is what the falls
    cost on the stock at hand.
    """

    changes = serializers.IntegerField()
    skipped = serializers.IntegerField()
    products = serializers.IntegerField()
    rises = serializers.IntegerField()
    falls = serializers.IntegerField()
    same_price = serializers.IntegerField()
    with_cost = serializers.IntegerField()
    average = Money(allow_null=True, help_text="Of the changes.")
    average_percent = Percent(allow_null=True)
    steepest_rise = Percent(allow_null=True)
    steepest_fall = Percent(allow_null=True)
    sum_before = Money()
    sum_after = Money()
    margin_before = Money()
    margin_after = Money()
    given_away = Money()
    skips = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many are left alone, by reason."
    )
    warnings = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many to look at, the gravest first."
    )
    held = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many a guard has held, by its kind."
    )
    rules = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many each rule decided, by its number."
    )
    bars = BarSerializer(many=True)


class PricingPlanSerializer(serializers.Serializer[Any]):
    """The plan that is there. Its hash is what is confirmed and approved."""

    hash = serializers.CharField()
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    stale_rows = serializers.IntegerField(help_text="Prices that others have changed since.")
    totals = PlanTotalsSerializer()


class PricingJobItemSerializer(serializers.Serializer[Any]):
    """A price job in a list."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(JobKind.choices)
    state = serializers.ChoiceField(PricingJobState.choices)
    connection = serializers.UUIDField()
    planned_changes = serializers.IntegerField()
    planned_skips = serializers.IntegerField()
    progress = ProgressSerializer()
    counts = CountsSerializer()
    requested_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    run_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class PricingJobSerializer(PricingJobItemSerializer):
    """A price job with all that was asked for. `links` has the verbs that are possible now."""

    state_reason = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(help_text="Of all amounts.")
    selection = _StoredSelection()
    unknown_skus = serializers.ListField(
        child=serializers.CharField(), help_text="Of the SKUs asked for, those that nothing has."
    )
    rules = StoredRules()
    rules_in_words = serializers.ListField(child=serializers.CharField())
    conflict_policy = serializers.ChoiceField(ConflictPolicy.choices)
    price_file = serializers.UUIDField(allow_null=True)
    rollback_of = serializers.UUIDField(allow_null=True)
    again_of = serializers.UUIDField(allow_null=True)
    plan = PricingPlanSerializer(allow_null=True, help_text="null: it is being made.")
    approval_reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Which thresholds of the shop the plan is above."
    )
    confirmed_by = PersonSerializer(allow_null=True)
    approved_by = PersonSerializer(allow_null=True)
    links = serializers.DictField(child=serializers.URLField())


def job_or_404(request: ApiRequest, job_id: UUID) -> PricingJob:
    """Return a price job of the shop; another shop's is not there."""
    rows: QuerySet[PricingJob] = PricingJob.objects.for_shop(request.shop.pk)
    found = rows.select_related(*_PEOPLE).prefetch_related("rules").filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def url_of(request: ApiRequest, job_id: UUID, name: str = "job") -> str:
    """Return the address of a job, of its rows or of a verb."""
    return request.build_absolute_uri(reverse(f"pricing_api:{name}", kwargs={"job_id": job_id}))


def items(request: ApiRequest, jobs: Sequence[PricingJob]) -> list[dict[str, Any]]:
    """Lay a page of jobs out."""
    now = timezone.now()
    return [_item(request, job, now) for job in jobs]


def _item(request: ApiRequest, job: PricingJob, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": job.pk,
        "url": url_of(request, job.pk),
        "name": job.name,
        "kind": job.kind,
        "state": state_now(job, now),
        "connection": job.connection_id,
        "planned_changes": job.planned_changes,
        "planned_skips": job.planned_skips,
        "progress": Done.of(job),
        "counts": {name: getattr(job, name) for name in _ENDS},
        "requested_by": person_of(job.requested_by),
        **{name: getattr(job, name) for name in _MOMENTS},
    }


def detail(request: ApiRequest, job: PricingJob) -> Any:
    """Lay one job out, as :func:`job_or_404` has read it."""
    now = timezone.now()
    links = {"self": url_of(request, job.pk)}
    if job.plan_hash:
        links |= {name: url_of(request, job.pk, name) for name in ("plan", "results")}
    links |= {verb: url_of(request, job.pk, verb) for verb in possible_verbs(job, request, now)}
    skus = job.selection.get("skus")
    values = {
        **_item(request, job, now),
        "state_reason": job.state_reason,
        "currency": request.shop.currency,
        "selection": job.selection,
        "unknown_skus": unknown_skus(job.shop_id, skus) if skus else [],
        "rules": definitions_of(job),
        "rules_in_words": _words(request, job),
        "conflict_policy": job.conflict_policy,
        "price_file": job.price_file_id,
        "rollback_of": job.rollback_of_id,
        "again_of": job.again_of_id,
        "plan": _plan(job) if job.plan_hash else None,
        "approval_reasons": job.approval_reasons,
        "confirmed_by": person_of(job.confirmed_by),
        "approved_by": person_of(job.approved_by),
        "links": links,
    }
    return PricingJobSerializer(values).data


def _words(request: ApiRequest, job: PricingJob) -> list[str]:
    rules = rules_of(job)
    places = location_names(job.shop_id) if asks_for_levels(rules) else None
    return rules_words(rules, request.shop.currency, places)


def _plan(job: PricingJob) -> dict[str, Any]:
    return {
        "hash": job.plan_hash,
        "made_at": job.planned_at,
        "expires_at": job.expires_at,
        "stale_rows": job.stale_rows,
        "totals": totals(plan_summary(job)),
    }


def totals(summary: PlanSummary) -> dict[str, Any]:
    """Lay out what a plan comes to."""
    return {
        **{name: getattr(summary, name) for name in (*_SAID, *_AMOUNTS, *_PERCENTS)},
        "skipped": summary.skipped,
        **{
            name: {str(what): count for what, count in getattr(summary, name)}
            for name in ("skips", "warnings", "held", "rules")
        },
        "bars": [{"above": bar.low, "up_to": bar.high, "count": bar.count} for bar in summary.bars],
    }
