"""What was asked for, in words: which variants, which rules, what to do with later edits."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog_sync.api import ProductStatus
from pricing.enums import ConflictPolicy, JobKind, Outcome
from pricing.models import PricingJob
from pricing.rules import Rule, rules_words

SELECTION_WORDS = {
    "text": "Words",
    "vendor": "Vendor",
    "product_type": "Type",
    "tag": "Tag",
    "status": "Status",
    "stock_min": "Stock from",
    "stock_max": "Stock up to",
    "price_min": "Price from",
    "price_max": "Price up to",
}
TAKES_BACK = {
    JobKind.ROLLBACK: "Gives every price that “{}” wrote its old value back; where somebody has "
    "changed it since, theirs is kept and listed.",
    JobKind.RESTORE: "Gives edits that “{}” overwrote their price back.",
}
NAMED_BY_VALUE = ("Variants", "Chosen by hand")


def selection_words(selection: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say which variants a stored selection means, as names and values."""
    said = [
        (words, _said(name, selection[name]))
        for name, words in SELECTION_WORDS.items()
        if name in selection
    ]
    if selection.get("skus"):
        said.append(("SKUs", _listed(selection["skus"])))
    if selection.get("variant_ids"):
        said.append(("Chosen by hand", f"{len(selection['variant_ids']):,} variants"))
    if selection.get("product_ids"):
        said.append(
            ("Chosen by hand", f"all variants of {len(selection['product_ids']):,} products")
        )
    if selection.get("all") and not said:
        said.append(("Variants", "every variant of the shop"))
    return said


def _said(name: str, value: Any) -> str:
    return str(ProductStatus(value).label) if name == "status" else str(value)


def chosen_words(job: PricingJob) -> list[tuple[str, str]]:
    """Say which variants a job is for: its selection, its price list, or rows of another job."""
    said = selection_words(job.selection)
    if job.price_file is not None:
        said.append(("Price list", job.price_file.name))
    if job.again_of is not None:
        outcomes = job.selection.get("outcomes") or [Outcome.FAILED]
        ended = " or ".join(str(Outcome(each).label).lower() for each in outcomes)
        said.append(("Again", f"the rows of “{job.again_of.name}” that ended {ended}"))
    if "result_ids" in job.selection:
        rows = len(job.selection["result_ids"])
        said.append(("Chosen rows", f"{rows:,} row{'' if rows == 1 else 's'}"))
    return said


def asked_words(job: PricingJob, rule: str) -> str:
    """Say in one line what a job is: its rules, and which variants it is for."""
    chosen = chosen_words(job)
    if job.rollback_of is not None:
        said = TAKES_BACK[JobKind(job.kind)].format(job.rollback_of.name)
        return f"{said} Of {chosen[-1][1]} only." if "result_ids" in job.selection else said
    for_whom = ", ".join(
        value if name in NAMED_BY_VALUE else f"{name.lower()} {value}" for name, value in chosen
    )
    return f"{rule}. For {for_whom}." if rule and for_whom else ""


def rule_sentences(rules: Sequence[Rule], currency: str) -> list[str]:
    """Say rules, a sentence for each; only where there are several they are numbered."""
    said = rules_words(rules, currency)
    return [said[0].removeprefix("1. ")] if len(said) == 1 else said


def rules_in_short(sentences: Sequence[str]) -> str:
    """Say rules in one line: the only one, or how many there are."""
    if len(sentences) == 1:
        return sentences[0]
    return f"{len(sentences)} rules, the first that applies decides" if sentences else ""


# What becomes of a price that somebody changes between the plan and the write.
POLICY_WORDS = {
    ConflictPolicy.SKIP: "where somebody changed it since the plan, theirs is kept and reported",
    ConflictPolicy.RECOMPUTE: "where somebody changed it since the plan, the rules are worked out "
    "again from the price that is there",
    ConflictPolicy.OVERWRITE: "where somebody changed it since the plan, the planned price is "
    "written over it, and what was there is noted",
}


def policy_words(job: PricingJob) -> str:
    """Say what a run of this job does with prices that others have changed."""
    return POLICY_WORDS[ConflictPolicy(job.conflict_policy)]


def _listed(values: Sequence[str], shown: int = 6) -> str:
    more = len(values) - shown
    return ", ".join(values[:shown]) + (f" and {more:,} more" if more > 0 else "")
