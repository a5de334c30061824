"""Which events there are, and reading them back (contract §5)."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.stripe.errors import ApiError, exclusive, unsupported
from sandbox.stripe.words import words

if TYPE_CHECKING:
    from sandbox.stripe.state import Record
    from sandbox.stripe.world import World

Doc: TypeAlias = dict[str, Any]

DAY = 86_400
TYPES = frozenset(
    words(
        "charge.captured charge.dispute.closed charge.dispute.created "
        "charge.dispute.funds_reinstated charge.dispute.funds_withdrawn charge.dispute.updated "
        "charge.expired charge.failed charge.pending charge.refund.updated charge.refunded "
        "charge.succeeded charge.updated checkout.session.async_payment_failed "
        "checkout.session.async_payment_succeeded checkout.session.completed "
        "checkout.session.expired payment_intent.amount_capturable_updated "
        "payment_intent.canceled payment_intent.created payment_intent.partially_funded "
        "payment_intent.payment_failed payment_intent.processing payment_intent.requires_action "
        "payment_intent.succeeded refund.created refund.failed refund.updated"
    )
)
FAMILIES = ("charge.", "checkout.", "payment_intent.", "refund.")


def check_types(names: list[str], param: str) -> None:
    """Refuse events that the vendor does not have, or that are never sent from here.

    Raises:
        ApiError: there is one.
    """
    for index, name in enumerate(names):
        if name in TYPES or name == "*":
            continue
        path = f"{param}[{index}]"
        if "." in name and not name.startswith(FAMILIES):
            what = f"events of type {name}"
            raise unsupported(what, path)
        message = f"The event '{name}' does not exist."
        raise ApiError(400, message, param=path)


def shown(world: "World", event: "Record") -> Doc:
    """An event with the number of deliveries that are still pending."""
    return event.doc | {"pending_webhooks": world.pending.get(event.id, 0)}


def oldest(world: "World") -> int:
    """The moment before which events can no longer be read."""
    return world.clock.now() - world.settings.event_days * DAY


def matcher(world: "World", given: Doc) -> Any:
    """A test whether an event belongs to the list that was asked for.

    Raises:
        ApiError: the filters contradict each other.
    """
    if "type" in given and "types" in given:
        raise exclusive("type", "types")
    kinds = set(given.get("types", ())) or ({given["type"]} if "type" in given else None)
    since = oldest(world)
    undelivered = _undelivered(world) if "delivery_success" in given else frozenset[str]()

    def matches(event: "Record") -> bool:
        if event.doc["created"] < since:
            return False
        if kinds is not None and event.doc["type"] not in kinds and not _family(event, kinds):
            return False
        if "delivery_success" in given:
            return (event.id not in undelivered) is given["delivery_success"]
        return True

    return matches


def _family(event: "Record", kinds: set[str]) -> bool:
    """Whether a pattern such as `charge.*` names the event."""
    return any(
        kind.endswith("*") and event.doc["type"].startswith(kind.removesuffix("*"))
        for kind in kinds
    )


def _undelivered(world: "World") -> frozenset[str]:
    rows = world.store.rows(
        "SELECT DISTINCT json_extract(CAST(doc AS TEXT), '$.event') FROM delivery"
        " WHERE status <> 'delivered'"
    )
    return frozenset(row[0] for row in rows)
