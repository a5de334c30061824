"""The calls: method, path, parameters, and what each does."""

import re
from dataclasses import dataclass, field

from sandbox.stripe import calls, parameters
from sandbox.stripe.calls import Run
from sandbox.stripe.errors import ApiError
from sandbox.stripe.shapes import Fields


@dataclass(frozen=True)
class Operation:
    """One call: its name in faults and logs, its method and path, what it takes and does."""

    name: str
    method: str
    path: str
    shape: Fields
    run: Run
    form: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the path."""
        pattern = re.escape(self.path).replace(r"\{id\}", r"([^/]+)")
        object.__setattr__(self, "form", re.compile(f"/v1/{pattern}"))


OPERATIONS = tuple(
    Operation(*row)
    for row in (
        ("account.retrieve", "GET", "account", parameters.ONLY_EXPAND, calls.account),
        (
            "checkout.sessions.create",
            "POST",
            "checkout/sessions",
            parameters.SESSION_CREATE,
            calls.session_create,
        ),
        (
            "checkout.sessions.list",
            "GET",
            "checkout/sessions",
            parameters.SESSION_LIST,
            calls.session_list,
        ),
        (
            "checkout.sessions.retrieve",
            "GET",
            "checkout/sessions/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("checkout.session", "session"),
        ),
        (
            "checkout.sessions.update",
            "POST",
            "checkout/sessions/{id}",
            parameters.SESSION_UPDATE,
            calls.session_update,
        ),
        (
            "checkout.sessions.expire",
            "POST",
            "checkout/sessions/{id}/expire",
            parameters.ONLY_EXPAND,
            calls.session_expire,
        ),
        (
            "checkout.sessions.line_items",
            "GET",
            "checkout/sessions/{id}/line_items",
            parameters.LINE_ITEM_LIST,
            calls.session_lines,
        ),
        (
            "payment_intents.list",
            "GET",
            "payment_intents",
            parameters.INTENT_LIST,
            calls.all_call("payment_intent"),
        ),
        (
            "payment_intents.retrieve",
            "GET",
            "payment_intents/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("payment_intent", "intent"),
        ),
        (
            "payment_intents.update",
            "POST",
            "payment_intents/{id}",
            parameters.INTENT_UPDATE,
            calls.metadata_call("payment_intent"),
        ),
        ("charges.list", "GET", "charges", parameters.CHARGE_LIST, calls.all_call("charge")),
        (
            "charges.retrieve",
            "GET",
            "charges/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("charge"),
        ),
        (
            "charges.update",
            "POST",
            "charges/{id}",
            parameters.CHARGE_UPDATE,
            calls.metadata_call("charge", "charge.updated"),
        ),
        ("refunds.create", "POST", "refunds", parameters.REFUND_CREATE, calls.refund_create),
        ("refunds.list", "GET", "refunds", parameters.REFUND_LIST, calls.by_charge("refund")),
        (
            "refunds.retrieve",
            "GET",
            "refunds/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("refund"),
        ),
        (
            "refunds.update",
            "POST",
            "refunds/{id}",
            parameters.ONLY_METADATA,
            calls.metadata_call("refund", "refund.updated"),
        ),
        (
            "refunds.cancel",
            "POST",
            "refunds/{id}/cancel",
            parameters.ONLY_EXPAND,
            calls.refund_cancel,
        ),
        ("disputes.list", "GET", "disputes", parameters.DISPUTE_LIST, calls.by_charge("dispute")),
        (
            "disputes.retrieve",
            "GET",
            "disputes/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("dispute"),
        ),
        (
            "disputes.update",
            "POST",
            "disputes/{id}",
            parameters.DISPUTE_UPDATE,
            calls.dispute_update,
        ),
        (
            "disputes.close",
            "POST",
            "disputes/{id}/close",
            parameters.ONLY_EXPAND,
            calls.dispute_close,
        ),
        ("events.list", "GET", "events", parameters.EVENT_LIST, calls.event_list),
        ("events.retrieve", "GET", "events/{id}", parameters.ONLY_EXPAND, calls.event_call),
        (
            "webhook_endpoints.create",
            "POST",
            "webhook_endpoints",
            parameters.HOOK_CREATE,
            calls.hook_create,
        ),
        (
            "webhook_endpoints.list",
            "GET",
            "webhook_endpoints",
            parameters.HOOK_LIST,
            calls.all_call("webhook_endpoint"),
        ),
        (
            "webhook_endpoints.retrieve",
            "GET",
            "webhook_endpoints/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("webhook_endpoint"),
        ),
        (
            "webhook_endpoints.update",
            "POST",
            "webhook_endpoints/{id}",
            parameters.HOOK_UPDATE,
            calls.hook_update,
        ),
        (
            "webhook_endpoints.delete",
            "DELETE",
            "webhook_endpoints/{id}",
            parameters.ONLY_EXPAND,
            calls.hook_delete,
        ),
        (
            "shipping_rates.create",
            "POST",
            "shipping_rates",
            parameters.RATE_CREATE,
            calls.rate_create,
        ),
        ("shipping_rates.list", "GET", "shipping_rates", parameters.RATE_LIST, calls.rate_list),
        (
            "shipping_rates.retrieve",
            "GET",
            "shipping_rates/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("shipping_rate"),
        ),
        (
            "shipping_rates.update",
            "POST",
            "shipping_rates/{id}",
            parameters.RATE_UPDATE,
            calls.metadata_call("shipping_rate"),
        ),
        (
            "balance_transactions.retrieve",
            "GET",
            "balance_transactions/{id}",
            parameters.ONLY_EXPAND,
            calls.read_call("balance_transaction"),
        ),
    )
)


def find(method: str, path: str) -> tuple[Operation, str]:
    """The operation of a request, and the id in its path.

    Raises:
        ApiError: the vendor has none there, or it is not simulated.
    """
    for operation in OPERATIONS:
        match = operation.form.fullmatch(path)
        if match is not None and operation.method == method:
            return operation, match[1] if match.groups() else ""
    message = (
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/."
    )
    raise ApiError(404, message)
