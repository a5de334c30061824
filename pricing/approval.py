"""When a plan needs a second pair of eyes: the shop's thresholds against what the plan comes to."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from foundation.shops.api import Recipient, approvers_of, people_in

from .enums import JobKind
from .models import ApprovalPolicy, PricingJob


def policy_of(shop_id: UUID) -> ApprovalPolicy:
    """Return the shop's thresholds; an unsaved row that is off when it has set none."""
    found = ApprovalPolicy.objects.filter(shop_id=shop_id).first()
    return found or ApprovalPolicy(shop_id=shop_id)


def is_on(policy: ApprovalPolicy) -> bool:
    """Whether approval is asked for: a shop of one person has it off, whatever its row says."""
    return policy.enabled and people_in(policy.shop_id) > 1


def reasons_for_approval(job: PricingJob) -> list[str]:
    """Return sentences that say why this plan needs approval; empty: it does not.

    Taking prices back never needs it: the way to a state that was approved stays short.
    """
    policy = policy_of(job.shop_id)
    if job.kind != JobKind.MANUAL or not is_on(policy):
        return []
    facts, reasons = job.plan_facts, []
    if policy.rows_over is not None and job.planned_changes > policy.rows_over:
        reasons.append(f"It changes {job.planned_changes:,} prices; {policy.rows_over:,} are free.")
    steepest = max(
        (
            abs(Decimal(facts[name]))
            for name in ("steepest_rise", "steepest_fall")
            if facts.get(name)
        ),
        default=Decimal(0),
    )
    if policy.percent_over is not None and steepest > policy.percent_over:
        reasons.append(
            f"A price changes by {steepest:,.1f} %; {policy.percent_over.normalize():f} % are free."
        )
    given_away = Decimal(facts.get("given_away") or 0)
    if policy.money_over is not None and given_away > policy.money_over:
        reasons.append(
            f"It gives away {given_away:,.2f} on the stock at hand; "
            f"{policy.money_over:,.2f} are free."
        )
    return reasons


def possible_approvers(job: PricingJob, requester_id: UUID | None) -> Sequence[Recipient]:
    """Return who may approve: approvers and owners, but never who asked."""
    return [each for each in approvers_of(job.shop_id) if each.user_id != requester_id]
