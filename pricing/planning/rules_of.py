"""The rules of a job as values."""

from pricing.models import PricingJob
from pricing.rules import Rule, read_rules


def rules_of(job: PricingJob) -> tuple[Rule, ...]:
    """Return a job's rules in their order; empty for a job that takes another back."""
    return read_rules(definitions) if (definitions := definitions_of(job)) else ()


def definitions_of(job: PricingJob) -> list[dict[str, object]]:
    """Return a job's rules as they are stored."""
    return [rule.definition for rule in job.rules.all()]
