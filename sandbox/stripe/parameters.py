"""What each call takes: names, forms and bounds of contract §3.1 and §4.

`more` holds the vendor's other names of API version 2026-10-28.endive: they are refused aloud as
not simulated. A test compares both with the types of the vendor's library.
"""

from sandbox.stripe.payment_methods import ALL_METHODS, SIMULATED
from sandbox.stripe.shapes import (
    Choice,
    Currency,
    Either,
    Email,
    Fields,
    Flag,
    Fraction,
    Integer,
    ListOf,
    Metadata,
    Range,
    Shape,
    Text,
    Url,
)
from sandbox.stripe.words import words


def _words(text: str) -> frozenset[str]:
    return frozenset(words(text))


TAX_BEHAVIOURS = ("exclusive", "inclusive", "unspecified")
EXPAND = ListOf(Text(most=200), most=20)
ADDRESS = Fields(
    {
        name: Text(clears=True)
        for name in ("city", "country", "line1", "line2", "postal_code", "state")
    }
)
OFF = Fields({"enabled": Choice(("false",), elsewhere=("true",))}, needed=("enabled",))

LINE_ITEM = Fields(
    {
        "metadata": Metadata(),
        "price": Text(),
        "quantity": Integer(least=0, most=999_999),
        "price_data": Fields(
            {
                "currency": Currency(),
                "product": Text(),
                "product_data": Fields(
                    {
                        "name": Text(most=1500),
                        "description": Text(most=40_000),
                        "images": ListOf(Url(), most=8),
                        "metadata": Metadata(),
                        "tax_code": Text(),
                        "unit_label": Text(most=12),
                    },
                    needed=("name",),
                    more=_words("tax_details"),
                ),
                "tax_behavior": Choice(TAX_BEHAVIOURS),
                "unit_amount": Integer(),
                "unit_amount_decimal": Fraction(),
            },
            needed=("currency",),
            more=_words("recurring"),
        ),
    },
    more=_words("adjustable_quantity tax_rates"),
)
SPAN = Fields(
    {
        "unit": Choice(("hour", "day", "business_day", "week", "month")),
        "value": Integer(least=1, most=1000),
    },
    needed=("unit", "value"),
)
_RATE: dict[str, Shape] = {
    "delivery_estimate": Fields({"maximum": SPAN, "minimum": SPAN}),
    "display_name": Text(most=100),
    "fixed_amount": Fields(
        {"amount": Integer(), "currency": Currency()},
        needed=("amount", "currency"),
        more=_words("currency_options"),
    ),
    "metadata": Metadata(),
    "tax_behavior": Choice(TAX_BEHAVIOURS),
    "tax_code": Text(),
    "type": Choice(("fixed_amount",)),
}
SHIPPING_OPTION = Fields(
    {
        "shipping_rate": Text(),
        "shipping_rate_data": Fields(_RATE, needed=("display_name",)),
    }
)
SESSION_CREATE = Fields(
    {
        "allow_promotion_codes": Choice(("false",), elsewhere=("true",)),
        "allowed_payment_method_types": ListOf(
            Choice(SIMULATED, elsewhere=tuple(sorted(ALL_METHODS - set(SIMULATED))))
        ),
        "automatic_tax": Fields(
            {"enabled": Choice(("false",), elsewhere=("true",))},
            needed=("enabled",),
            more=_words("liability"),
        ),
        "billing_address_collection": Choice(("auto", "required")),
        "cancel_url": Url(),
        "client_reference_id": Text(most=200),
        "customer": Text(),
        "customer_creation": Choice(("if_required",), elsewhere=("always",)),
        "customer_email": Email(),
        "expand": EXPAND,
        "expires_at": Integer(),
        "integration_identifier": Text(most=500),
        "invoice_creation": Fields(
            {"enabled": Choice(("false",), elsewhere=("true",))},
            needed=("enabled",),
            more=_words("invoice_data"),
        ),
        "line_items": ListOf(LINE_ITEM, most=100),
        "locale": Choice(
            words(
                "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko "
                "lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
            )
        ),
        "metadata": Metadata(),
        "mode": Choice(("payment",), elsewhere=("setup", "subscription")),
        "payment_intent_data": Fields(
            {
                "capture_method": Choice(("automatic", "automatic_async"), elsewhere=("manual",)),
                "description": Text(most=1000),
                "metadata": Metadata(),
                "receipt_email": Email(),
                "statement_descriptor": Text(most=22),
                "statement_descriptor_suffix": Text(most=22),
                "transfer_group": Text(),
                "shipping": Fields(
                    {
                        "address": ADDRESS,
                        "carrier": Text(),
                        "name": Text(),
                        "phone": Text(),
                        "tracking_number": Text(),
                    },
                    needed=("address", "name"),
                ),
            },
            more=_words("application_fee_amount on_behalf_of setup_future_usage transfer_data"),
        ),
        "phone_number_collection": OFF,
        "shipping_address_collection": Fields(
            {"allowed_countries": ListOf(Text(most=2))}, needed=("allowed_countries",)
        ),
        "shipping_options": ListOf(SHIPPING_OPTION, most=5),
        "submit_type": Choice(("auto", "book", "donate", "pay"), elsewhere=("subscribe",)),
        "success_url": Url(),
        "tax_id_collection": Fields(
            {"enabled": Choice(("false",), elsewhere=("true",))},
            needed=("enabled",),
            more=_words("required"),
        ),
        "ui_mode": Choice(
            ("hosted_page", "hosted"),
            elsewhere=("elements", "embedded_page", "form", "embedded", "custom"),
        ),
    },
    more=_words(
        "adaptive_pricing after_expiration branding_settings consent_collection currency "
        "custom_fields custom_text customer_account customer_update discounts "
        "excluded_payment_method_types managed_payments name_collection optional_items "
        "origin_context payment_method_collection payment_method_configuration "
        "payment_method_data payment_method_options permissions redirect_on_completion return_url "
        "saved_payment_method_options setup_intent_data subscription_data wallet_options"
    ),
)
ONLY_EXPAND = Fields({"expand": EXPAND})
PAGE: dict[str, Shape] = {
    "ending_before": Text(),
    "expand": EXPAND,
    "limit": Integer(least=1, most=100),
    "starting_after": Text(),
}
SESSION_LIST = Fields(
    {
        **PAGE,
        "created": Range(),
        "customer_details": Fields({"email": Text()}, needed=("email",)),
        "payment_intent": Text(),
        "status": Choice(("complete", "expired", "open")),
    },
    more=_words("customer customer_account payment_link subscription"),
)
LINE_ITEM_LIST = Fields(PAGE)
SESSION_UPDATE = Fields(
    {"expand": EXPAND, "metadata": Metadata()},
    more=_words("collected_information line_items payment_intent_data shipping_options"),
)
INTENT_LIST = Fields({**PAGE, "created": Range()}, more=_words("customer customer_account"))
INTENT_UPDATE = Fields(
    {"description": Text(clears=True), "expand": EXPAND, "metadata": Metadata()},
    more=_words(
        "allowed_payment_method_types amount amount_details application_fee_amount capture_method "
        "currency customer customer_account excluded_payment_method_types hooks payment_details "
        "payment_method payment_method_configuration payment_method_data payment_method_options "
        "receipt_email setup_future_usage shipping statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group"
    ),
)
CHARGE_LIST = Fields(
    {**PAGE, "created": Range(), "payment_intent": Text()},
    more=_words("customer transfer_group"),
)
CHARGE_UPDATE = Fields(
    {"description": Text(clears=True), "expand": EXPAND, "metadata": Metadata()},
    more=_words("customer fraud_details receipt_email shipping transfer_group"),
)
REFUND_CREATE = Fields(
    {
        "amount": Integer(least=1),
        "charge": Text(),
        "expand": EXPAND,
        "instructions_email": Email(),
        "metadata": Metadata(),
        "payment_intent": Text(),
        "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
    },
    more=_words("currency customer origin refund_application_fee reverse_transfer"),
)
REFUND_LIST = Fields(
    {**PAGE, "charge": Text(), "created": Range(), "payment_intent": Text()},
)
ONLY_METADATA = Fields({"expand": EXPAND, "metadata": Metadata()})
DISPUTE_LIST = REFUND_LIST
EVIDENCE = Fields(
    {
        name: Text(most=20_000, clears=True)
        for name in words(
            "access_activity_log billing_address cancellation_policy "
            "cancellation_policy_disclosure cancellation_rebuttal customer_communication "
            "customer_email_address customer_name customer_purchase_ip customer_signature "
            "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id "
            "product_description receipt refund_policy refund_policy_disclosure "
            "refund_refusal_explanation service_date service_documentation shipping_address "
            "shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
            "uncategorized_file uncategorized_text"
        )
    },
    more=_words("appeal enhanced_evidence"),
)
DISPUTE_UPDATE = Fields(
    {"evidence": EVIDENCE, "expand": EXPAND, "metadata": Metadata(), "submit": Flag()},
    more=_words("intended_submission_method"),
)
EVENT_LIST = Fields(
    {
        **PAGE,
        "created": Range(),
        "delivery_success": Flag(),
        "type": Text(),
        "types": ListOf(Text(), most=20),
    }
)
HOOK_CREATE = Fields(
    {
        "api_version": Text(),
        "connect": Choice(("false",), elsewhere=("true",)),
        "description": Either(Text()),
        "enabled_events": ListOf(Text(), most=300),
        "expand": EXPAND,
        "metadata": Metadata(),
        "url": Text(),
    },
    needed=("enabled_events", "url"),
)
HOOK_UPDATE = Fields(
    {
        "description": Either(Text()),
        "disabled": Flag(),
        "enabled_events": ListOf(Text(), most=300),
        "expand": EXPAND,
        "metadata": Metadata(),
        "url": Text(),
    }
)
HOOK_LIST = Fields(PAGE)
RATE_CREATE = Fields({**_RATE, "expand": EXPAND}, needed=("display_name",))
RATE_LIST = Fields({**PAGE, "active": Flag(), "created": Range(), "currency": Currency()})
RATE_UPDATE = Fields(
    {"active": Flag(), "expand": EXPAND, "metadata": Metadata()},
    more=_words("fixed_amount tax_behavior"),
)
