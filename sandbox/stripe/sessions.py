"""Checkout Sessions: made, changed, ended (contract §3). Paying them is `payments`."""

from typing import Any, TypeAlias

from sandbox.stripe import ids, money, versions
from sandbox.stripe.errors import ApiError, exclusive, missing, no_such, refused
from sandbox.stripe.lines import check_line, check_rate, line_item, one_of, shipping_rate
from sandbox.stripe.payment_methods import fitting
from sandbox.stripe.state import Record, Work, merged

Doc: TypeAlias = dict[str, Any]


def check(work: Work, given: Doc, *, version: str) -> None:
    """Refuse what the vendor would refuse to make a session of.

    Raises:
        ApiError: it would.
    """
    for name in ("mode", "line_items", "success_url"):
        if name not in given:
            raise missing(name)
    versions.check_mode(given.get("ui_mode", _mode(version)), version)
    if "customer" in given and "customer_email" in given:
        raise exclusive("customer", "customer_email")
    if "customer" in given:
        raise no_such("customer", given["customer"], "customer")
    _check_end(work, given.get("expires_at"))
    for index, line in enumerate(given["line_items"]):
        check_line(line, f"line_items[{index}]")
    currencies = {line["price_data"]["currency"] for line in given["line_items"]}
    if len(currencies) > 1:
        message = "All prices on a Checkout session must be expressed in the same currency."
        raise ApiError(400, message, param="line_items")
    currency = currencies.pop()
    _check_options(work, given, currency)
    for index, method in enumerate(given.get("allowed_payment_method_types", ())):
        if method not in fitting(currency):
            message = f"The payment method type `{method}` does not take {currency}."
            raise ApiError(400, message, param=f"allowed_payment_method_types[{index}]")
    total = sum(line_item(line, now=0)["amount_total"] for line in given["line_items"])
    _check_total(total, currency)


def _mode(version: str) -> str:
    return "hosted_page" if version[:10] >= versions.HOSTED_PAGE else "hosted"


def _check_end(work: Work, expires_at: int | None) -> None:
    if expires_at is None:
        return
    settings = work.world.settings
    life = expires_at - work.at
    if life < settings.least_life:
        message = "The `expires_at` timestamp must be at least 30 minutes from now."
        raise ApiError(400, message, param="expires_at")
    if life > settings.most_life:
        message = "The `expires_at` timestamp must be less than 24 hours from now."
        raise ApiError(400, message, param="expires_at")


def _check_options(work: Work, given: Doc, currency: str) -> None:
    for index, option in enumerate(given.get("shipping_options", ())):
        path = f"shipping_options[{index}]"
        one_of(option, path, "shipping_rate", "shipping_rate_data")
        if "shipping_rate_data" in option:
            check_rate(option["shipping_rate_data"], f"{path}[shipping_rate_data]", currency)
            continue
        number, named = option["shipping_rate"], f"{path}[shipping_rate]"
        rate = work.account.find("shipping_rate", number)
        if rate is None:
            raise no_such("shipping rate", number, named)
        check_rate(rate.doc, path, currency)
    for country in given.get("shipping_address_collection", {}).get("allowed_countries", ()):
        if len(country) != 2 or not country.isupper():  # noqa: PLR2004 - a country's code
            message = f"Invalid country: {country}"
            raise ApiError(400, message, param="shipping_address_collection[allowed_countries]")


def _check_total(total: int, currency: str) -> None:
    if 0 < total < money.least(currency):
        least = money.shown(money.least(currency), currency)
        message = f"The Checkout Session's total amount due must add up to at least {least}"
        raise ApiError(400, message, code="amount_too_small")
    if total > money.MOST:
        most = money.shown(money.MOST, currency)
        message = f"The Checkout Session's total amount must be no more than {most}"
        raise ApiError(400, message, code="amount_too_large")
    if currency in money.THREE_DECIMALS and total % 10:
        message = f"Invalid amount: amounts in {currency} must be divisible by 10."
        raise ApiError(400, message, param="line_items")


def create(work: Work, given: Doc) -> Record:
    """A new session of checked parameters."""
    lines = [line_item(line, now=work.at) for line in given["line_items"]]
    rates = [
        work.account.get("shipping_rate", option["shipping_rate"]).doc
        if "shipping_rate" in option
        else shipping_rate(work, option["shipping_rate_data"])
        for option in given.get("shipping_options", ())
    ]
    subtotal = sum(line["amount_subtotal"] for line in lines)
    currency = lines[0]["currency"]
    number = ids.new("checkout.session")
    settings = work.world.settings
    doc = blank() | {
        "id": number,
        "amount_subtotal": subtotal,
        "amount_total": subtotal,
        "billing_address_collection": given.get("billing_address_collection"),
        "cancel_url": given.get("cancel_url"),
        "client_reference_id": given.get("client_reference_id"),
        "created": work.at,
        "currency": currency,
        "customer_creation": given.get("customer_creation", "if_required"),
        "customer_email": given.get("customer_email"),
        "expires_at": given.get("expires_at", work.at + settings.most_life),
        "integration_identifier": given.get("integration_identifier"),
        "locale": given.get("locale"),
        "metadata": merged({}, given.get("metadata", {})),
        "payment_method_types": given.get("allowed_payment_method_types", fitting(currency)),
        "allowed_payment_method_types": given.get("allowed_payment_method_types"),
        "shipping_address_collection": given.get("shipping_address_collection"),
        "shipping_options": [
            {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}
            for rate in rates
        ],
        "submit_type": given.get("submit_type"),
        "success_url": given["success_url"],
        "url": f"{settings.checkout_origin}/c/pay/{number}#{ids.letters(24)}",
    }
    if "customer_email" in given:
        doc["customer_details"] = details(given["customer_email"])
    session = work.add(
        "checkout.session", doc, lines=lines, intent_data=given.get("payment_intent_data", {})
    )
    work.world.will_end(work.account, session)
    return session


def update(work: Work, session: Record, given: Doc) -> None:
    """Change metadata."""
    if "metadata" in given:
        work.edit(session, metadata=merged(session.doc["metadata"], given["metadata"]))


def check_expire(session: Record) -> None:
    """Only an open session can be expired by a call.

    Raises:
        ApiError: it is not open.
    """
    status = session.doc["status"]
    if status != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f'Session has a status of "{status}".'
        )
        raise refused(message, param="session")


def expire(work: Work, session: Record) -> None:
    """End a session unpaid."""
    work.edit(session, status="expired", url=None)
    work.event("checkout.session.expired", session)


def details(email: str | None, name: str | None = None, address: Doc | None = None) -> Doc:
    """`customer_details`."""
    return {
        "address": address,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def blank() -> Doc:
    """Every key of a session (contract §3.2) with what it holds unless something else is asked."""
    return {
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "automatic_tax": {
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "branding_settings": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_account": None,
        "customer_details": None,
        "discounts": [],
        "excluded_payment_method_types": None,
        "invoice": None,
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        },
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mode": "payment",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "redirect_on_completion": None,
        "return_url": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_cost": None,
        "status": "open",
        "subscription": None,
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }
