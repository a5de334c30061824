"""What each call does, once it has been let in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.stripe import disputes, events, hooks, lines, lists, refunds, sessions
from sandbox.stripe.account_doc import account_doc
from sandbox.stripe.errors import no_such, refused
from sandbox.stripe.state import Record, Work, merged

if TYPE_CHECKING:
    from sandbox.stripe.world import World

Doc: TypeAlias = dict[str, Any]


@dataclass
class Call:
    """A call that has been let in: whose, what, in which version."""

    world: "World"
    work: Work
    given: Doc
    version: str
    path: str
    number: str = ""

    def record(self, kind: str, param: str = "id") -> Record:
        """The object that the path names.

        Raises:
            ApiError: it is not of this account.
        """
        record = self.work.account.find(kind, self.number)
        if record is None:
            raise no_such(kind, self.number, param)
        return record

    def newest(self, kind: str) -> list[Record]:
        """All objects of a kind, or those of the intent that was asked for; the newest first."""
        account, intent = self.work.account, self.given.get("payment_intent")
        rows = account.table(kind) if intent is None else account.of_intent(kind, intent)
        return list(reversed(rows.values()))

    def page(self, kind: str, *, matches: Callable[[Record], bool] = lambda _row: True) -> Doc:
        """A page of a kind."""
        return lists.page(self.newest(kind), self.given, url=self.path, matches=matches)


Run: TypeAlias = Callable[[Call], Doc]


def account(call: Call) -> Doc:
    """The account of the key."""
    return account_doc(call.work.account.facts)


def session_create(call: Call) -> Doc:
    """Make a session."""
    sessions.check(call.work, call.given, version=call.version)
    return sessions.create(call.work, call.given).doc


def session_list(call: Call) -> Doc:
    """List sessions."""
    status = call.given.get("status")
    email = call.given.get("customer_details", {}).get("email")

    def matches(row: Record) -> bool:
        told = row.doc["customer_details"] or {}
        return status in {None, row.doc["status"]} and email in {None, told.get("email")}

    return call.page("checkout.session", matches=matches)


def session_lines(call: Call) -> Doc:
    """List a session's line items."""
    rows = call.record("checkout.session", "session").inside["lines"]
    return lists.page_of(rows, call.given, url=call.path)


def session_update(call: Call) -> Doc:
    """Change a session's metadata."""
    session = call.record("checkout.session", "session")
    sessions.update(call.work, session, call.given)
    return session.doc


def session_expire(call: Call) -> Doc:
    """End an open session."""
    session = call.record("checkout.session", "session")
    sessions.check_expire(session)
    sessions.expire(call.work, session)
    return session.doc


def metadata_call(kind: str, event: str | None = None) -> Run:
    """Change metadata (and a description) of an object."""

    def run(call: Call) -> Doc:
        record = call.record(kind)
        changes: Doc = {
            key: call.given[key] for key in ("active", "description") if key in call.given
        }
        if "metadata" in call.given:
            changes["metadata"] = merged(record.doc["metadata"], call.given["metadata"])
        before = {name: record.doc[name] for name in changes}
        call.work.edit(record, **changes)
        if event is not None and changes:
            call.work.event(event, record, previous=before)
        return record.doc

    return run


def refund_create(call: Call) -> Doc:
    """Refund a charge."""
    charge = refunds.charge_for(call.work, call.given)
    amount = refunds.check(call.work, charge, call.given)
    account = call.work.account.id
    rule = call.world.faults.strike(("refund_pending",), account, ("refunds.create",))
    return refunds.create(call.work, charge, amount, call.given, pending=rule is not None).doc


def refund_cancel(call: Call) -> Doc:
    """Only refunds that require action can be canceled; none here does."""
    refund = call.record("refund")
    message = (
        f"Refund {refund.id} cannot be canceled because its status is {refund.doc['status']}; "
        "only refunds that require action can."
    )
    raise refused(message)


def by_charge(kind: str) -> Run:
    """List a kind, of one charge maybe."""

    def run(call: Call) -> Doc:
        charge = call.given.get("charge")
        return call.page(kind, matches=lambda row: charge in {None, row.doc["charge"]})

    return run


def dispute_update(call: Call) -> Doc:
    """Send or stage evidence."""
    dispute = call.record("dispute")
    disputes.update(call.work, dispute, call.given)
    return dispute.doc


def dispute_close(call: Call) -> Doc:
    """Accept that a dispute is lost."""
    dispute = call.record("dispute")
    disputes.give_up(call.work, dispute)
    return dispute.doc


def event_call(call: Call) -> Doc:
    """An event, while it can be read."""
    event = call.record("event")
    if event.doc["created"] < events.oldest(call.world):
        raise no_such("event", call.number)
    return events.shown(call.world, event)


def event_list(call: Call) -> Doc:
    """List events."""
    page = call.page("event", matches=events.matcher(call.world, call.given))
    pending = call.world.pending
    rows = [doc | {"pending_webhooks": pending.get(doc["id"], 0)} for doc in page["data"]]
    return page | {"data": rows}


def hook_create(call: Call) -> Doc:
    """Make an endpoint."""
    hooks.check(call.work, call.given)
    return hooks.create(call.work, call.given)


def hook_update(call: Call) -> Doc:
    """Change an endpoint."""
    endpoint = call.record("webhook_endpoint")
    hooks.check(call.work, {"disabled": False, **call.given})
    hooks.update(call.work, endpoint, call.given)
    return endpoint.doc


def hook_delete(call: Call) -> Doc:
    """Delete an endpoint."""
    endpoint = call.record("webhook_endpoint")
    call.work.remove(endpoint)
    return {"id": endpoint.id, "object": "webhook_endpoint", "deleted": True}


def rate_create(call: Call) -> Doc:
    """Make a shipping rate."""
    lines.check_rate(call.given, "", None)
    return lines.shipping_rate(call.work, call.given)


def rate_list(call: Call) -> Doc:
    """List shipping rates."""
    active, currency = call.given.get("active"), call.given.get("currency")
    return call.page(
        "shipping_rate",
        matches=lambda row: (
            active in {None, row.doc["active"]}
            and currency in {None, row.doc["fixed_amount"]["currency"]}
        ),
    )


def read_call(kind: str, param: str = "id") -> Run:
    """Read an object."""
    return lambda call: call.record(kind, param).doc


def all_call(kind: str) -> Run:
    """List a kind."""
    return lambda call: call.page(kind)
