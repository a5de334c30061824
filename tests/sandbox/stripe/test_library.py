"""The official library, unmodified, through every call; its types are what answers must fit."""

import typing
from typing import Any

import pytest
import stripe
from stripe import params
from stripe.params import checkout
from stripe.params.checkout import _session_create_params as nested

from sandbox.stripe import parameters
from sandbox.stripe.events import TYPES
from sandbox.stripe.operations import OPERATIONS
from sandbox.stripe.payment_methods import ALL_METHODS
from sandbox.stripe.shapes import Fields
from sandbox.stripe.versions import ALL, LATEST
from tests.sandbox.stripe.conftest import StripeSandbox, paid, wanted

# Options of the library itself, not parameters of the API.
OPTIONS = {
    "api_key", "content_type", "headers", "idempotency_key", "max_network_retries",
    "stripe_account", "stripe_context", "stripe_version",
}  # fmt: skip
RATE = nested.SessionCreateParamsShippingOptionShippingRateData
SHAPES: list[tuple[Fields, Any]] = [
    (parameters.SESSION_CREATE, checkout.SessionCreateParams),
    (parameters.LINE_ITEM, nested.SessionCreateParamsLineItem),
    (parameters.SHIPPING_OPTION, nested.SessionCreateParamsShippingOption),
    (parameters.SESSION_LIST, checkout.SessionListParams),
    (parameters.SESSION_UPDATE, checkout.SessionUpdateParams),
    (parameters.ONLY_EXPAND, checkout.SessionExpireParams),
    (parameters.LINE_ITEM_LIST, checkout.SessionListLineItemsParams),
    (parameters.INTENT_LIST, params.PaymentIntentListParams),
    (parameters.INTENT_UPDATE, params.PaymentIntentUpdateParams),
    (parameters.CHARGE_LIST, params.ChargeListParams),
    (parameters.CHARGE_UPDATE, params.ChargeUpdateParams),
    (parameters.REFUND_CREATE, params.RefundCreateParams),
    (parameters.REFUND_LIST, params.RefundListParams),
    (parameters.ONLY_METADATA, params.RefundUpdateParams),
    (parameters.DISPUTE_LIST, params.DisputeListParams),
    (parameters.DISPUTE_UPDATE, params.DisputeUpdateParams),
    (parameters.EVIDENCE, params._dispute_update_params.DisputeUpdateParamsEvidence),
    (parameters.EVENT_LIST, params.EventListParams),
    (parameters.HOOK_CREATE, params.WebhookEndpointCreateParams),
    (parameters.HOOK_UPDATE, params.WebhookEndpointUpdateParams),
    (parameters.HOOK_LIST, params.WebhookEndpointListParams),
    (parameters.RATE_CREATE, params.ShippingRateCreateParams),
    (parameters.RATE_LIST, params.ShippingRateListParams),
    (parameters.RATE_UPDATE, params.ShippingRateUpdateParams),
]
NESTED = [
    ("automatic_tax", nested.SessionCreateParamsAutomaticTax),
    ("invoice_creation", nested.SessionCreateParamsInvoiceCreation),
    ("payment_intent_data", nested.SessionCreateParamsPaymentIntentData),
    ("phone_number_collection", nested.SessionCreateParamsPhoneNumberCollection),
    ("shipping_address_collection", nested.SessionCreateParamsShippingAddressCollection),
    ("tax_id_collection", nested.SessionCreateParamsTaxIdCollection),
]


@pytest.mark.parametrize(
    ("shape", "vendors"), SHAPES, ids=lambda each: getattr(each, "__name__", "")
)
def test_every_parameter_of_the_vendor_is_known_or_refused_aloud(
    shape: Fields, vendors: Any
) -> None:
    assert set(shape.known) | shape.more == set(vendors.__annotations__) - OPTIONS


@pytest.mark.parametrize(("name", "vendors"), NESTED)
def test_every_nested_parameter_too(name: str, vendors: Any) -> None:
    shape = parameters.SESSION_CREATE.known[name]
    assert isinstance(shape, Fields)
    assert set(shape.known) | shape.more == set(vendors.__annotations__)


def test_prices_and_rates_have_the_vendors_parameters() -> None:
    price = parameters.LINE_ITEM.known["price_data"]
    rate = parameters.SHIPPING_OPTION.known["shipping_rate_data"]
    assert isinstance(price, Fields)
    assert isinstance(rate, Fields)
    product = price.known["product_data"]
    assert isinstance(product, Fields)
    for shape, vendors in (
        (price, nested.SessionCreateParamsLineItemPriceData),
        (product, nested.SessionCreateParamsLineItemPriceDataProductData),
        (rate, RATE),
    ):
        assert set(shape.known) | shape.more == set(vendors.__annotations__)


def _names(annotation: Any) -> set[str]:
    """All literals in an annotation."""
    if isinstance(annotation, str):
        return {annotation}
    found: set[str] = set()
    for part in typing.get_args(annotation):
        found |= _names(part)
    return found


def test_methods_events_and_version_are_those_of_the_library() -> None:
    methods = checkout.SessionCreateParams.__annotations__["allowed_payment_method_types"]
    assert _names(methods) == ALL_METHODS
    events = _names(params.WebhookEndpointCreateParams.__annotations__["enabled_events"])
    families = ("charge.", "checkout.", "payment_intent.", "refund.")
    assert {name for name in events if name.startswith(families)} == TYPES
    versions = _names(params.WebhookEndpointCreateParams.__annotations__["api_version"])
    assert versions == ALL
    assert stripe.api_version == LATEST


def _check(value: stripe.StripeObject, *, lacks: set[str]) -> None:
    """An answer has all keys of its type but those that are only there at times."""
    name = type(value).__name__
    known = set(type(value).__annotations__) - {"OBJECT_NAME"}
    keys = set(value.to_dict())
    assert (name, sorted(keys - known)) == (name, [])
    assert (name, known - keys) == (name, lacks)
    for key, inner in value.to_dict(recursive=False).items():
        shape = getattr(type(value), "".join(word.title() for word in key.split("_")), None)
        if shape is not None and isinstance(inner, stripe.StripeObject):
            extra = set(inner.to_dict()) - set(shape.__annotations__)
            assert (name, key, sorted(extra)) == (name, key, [])


def test_answers_have_the_keys_of_the_vendors_types(box: StripeSandbox) -> None:
    session = paid(
        box,
        shipping_address_collection={"allowed_countries": ["CA"]},
        shipping_options=[{"shipping_rate_data": {
            "display_name": "Post", "type": "fixed_amount",
            "fixed_amount": {"amount": 900, "currency": "cad"},
        }}],
    )  # fmt: skip
    v1 = box.client().v1
    number = str(session.payment_intent)
    _check(
        session, lacks={"line_items", "name_collection", "optional_items", "presentment_details"}
    )
    intent = v1.payment_intents.retrieve(number)
    _check(intent, lacks={"hooks", "payment_details", "payment_record", "presentment_details"})
    charge = v1.charges.retrieve(str(intent.latest_charge))
    _check(charge, lacks={"authorization_code", "level3", "radar_options", "refunds", "transfer"})
    booking = v1.balance_transactions.retrieve(str(charge.balance_transaction))
    _check(booking, lacks=set())
    refund = v1.refunds.create(params={"payment_intent": number, "amount": 100})
    _check(refund, lacks={
        "description", "failure_balance_transaction", "failure_reason", "instructions_email",
        "next_action", "pending_reason", "presentment_details",
    })  # fmt: skip
    dispute = v1.disputes.retrieve(box.act("dispute", payment_intent=number))
    _check(dispute, lacks={"intended_submission_method", "network_reason_code"})
    item = v1.checkout.sessions.line_items.list(session.id).data[0]
    _check(item, lacks={"discounts", "taxes"})
    assert item.price is not None
    _check(item.price, lacks={"currency_options", "deleted", "tiers"})
    rate = v1.shipping_rates.list().data[0]
    _check(rate, lacks=set())
    event = v1.events.list(params={"limit": 1}).data[0]
    _check(event, lacks={"account", "context"})
    account = v1.accounts.retrieve_current()
    _check(account, lacks={"company", "deleted", "groups", "individual"})


def test_every_call_answers_the_library(box: StripeSandbox) -> None:
    v1 = box.client().v1
    session = v1.checkout.sessions.create(params=wanted())
    changed = v1.checkout.sessions.update(session.id, params={"metadata": {"a": "1"}})
    assert _metadata(changed) == {"order": "42", "a": "1"}
    assert v1.checkout.sessions.expire(session.id).status == "expired"
    assert v1.checkout.sessions.list(params={"status": "expired"}).data[0].id == session.id
    bought = paid(box)
    number = str(bought.payment_intent)
    listed = v1.checkout.sessions.list(params={"payment_intent": number})
    assert [each.id for each in listed.data] == [bought.id]
    assert v1.payment_intents.list().data[0].id == number
    intent = v1.payment_intents.update(number, params={"metadata": {"order": ""}})
    assert _metadata(intent) == {}
    charge = v1.charges.list(params={"payment_intent": number}).data[0]
    assert v1.charges.update(charge.id, params={"description": "x"}).description == "x"
    refund = v1.refunds.create(params={"charge": charge.id, "amount": 1})
    assert _metadata(v1.refunds.update(refund.id, params={"metadata": {"b": "2"}})) == {"b": "2"}
    assert v1.refunds.list(params={"payment_intent": number}).data[0].id == refund.id
    with pytest.raises(stripe.InvalidRequestError):
        v1.refunds.cancel(refund.id)
    dispute = box.act("dispute", payment_intent=number, inquiry=True)
    assert v1.disputes.list(params={"payment_intent": number}).data[0].id == dispute
    evidence: Any = {"evidence": {"uncategorized_text": "Delivered."}, "submit": False}
    assert v1.disputes.update(dispute, params=evidence).evidence_details.has_evidence
    assert v1.disputes.close(dispute).status == "lost"
    event = v1.events.list(params={"types": ["charge.dispute.closed"]}).data[0]
    assert v1.events.retrieve(event.id).type == "charge.dispute.closed"
    hook = v1.webhook_endpoints.create(
        params={"url": "https://backroom.test/library", "enabled_events": ["*"]}
    )
    assert v1.webhook_endpoints.retrieve(hook.id).url == "https://backroom.test/library"
    assert v1.webhook_endpoints.update(hook.id, params={"disabled": True}).status == "disabled"
    assert hook.id in [each.id for each in v1.webhook_endpoints.list().data]
    assert v1.webhook_endpoints.delete(hook.id).deleted
    rate = v1.shipping_rates.create(params={
        "display_name": "Post", "type": "fixed_amount",
        "fixed_amount": {"amount": 500, "currency": "cad"},
    })  # fmt: skip
    assert v1.shipping_rates.update(rate.id, params={"active": False}).active is False
    assert v1.shipping_rates.retrieve(rate.id).display_name == "Post"
    assert v1.accounts.retrieve_current().email == "hello@demo-shop.example"
    assert v1.payment_intents.retrieve(number).amount_received == 4800
    assert v1.charges.retrieve(charge.id).amount_refunded == 1
    assert v1.checkout.sessions.line_items.list(bought.id).data[0].quantity == 2
    assert v1.refunds.retrieve(refund.id).amount == 1
    assert v1.disputes.retrieve(dispute).status == "lost"
    assert v1.shipping_rates.list().data[0].id == rate.id
    booking = v1.balance_transactions.retrieve(str(charge.balance_transaction))
    assert (booking.amount, booking.net) == (4800, 4800 - 169)
    called = {name.split()[0] for name in box.control("calls")["calls"]}
    assert {operation.name for operation in OPERATIONS} - called == set()


def _metadata(value: Any) -> dict[str, str]:
    told: dict[str, str] = value.metadata.to_dict()
    return told
