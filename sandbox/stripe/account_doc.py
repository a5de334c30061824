"""`GET /v1/account`: the account of the key."""

from typing import Any, TypeAlias

from sandbox.stripe.state import Facts

Doc: TypeAlias = dict[str, Any]


def account_doc(facts: Facts) -> Doc:
    """The account as its own key sees it."""
    demands: Doc = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }
    return {
        "id": facts.id,
        "object": "account",
        "business_profile": {
            "mcc": "5945",
            "name": facts.name,
            "support_email": facts.email,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": facts.country,
        "created": facts.created,
        "default_currency": facts.currency,
        "details_submitted": True,
        "email": facts.email,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{facts.id}/external_accounts",
        },
        "future_requirements": demands,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": demands,
        "settings": {
            "dashboard": {"display_name": facts.name, "timezone": "America/Toronto"},
            "payments": {"statement_descriptor": facts.name.upper()[:22]},
        },
        "tos_acceptance": {"date": facts.created, "ip": None, "user_agent": None},
        "type": "standard",
    }
