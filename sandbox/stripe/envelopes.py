"""A webhook delivery as data, and the signed envelope of contract §6."""

import hashlib
import hmac
import time
from urllib.parse import urlsplit

import msgspec

from sandbox import deliveries
from sandbox.stripe import versions
from sandbox.stripe.state import Account, Record

AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


class Delivery(deliveries.Delivery, kw_only=True):
    """An event on its way to one endpoint. `older` is the secret that still signs after a roll.

    `age`: seconds that the signature pretends to be old; `forged`: it is signed with nonsense.
    """

    account: str
    endpoint: str
    event: str
    older: str = ""
    age: float = 0.0
    forged: bool = False

    def whose(self) -> str:
        """The account's id."""
        return self.account

    def headers(self) -> dict[str, str]:
        """The envelope: each try has a new time and a new signature."""
        moment = int(time.time() - self.age)
        keys = ["whsec_forged"] if self.forged else [self.secret, self.older]
        signatures = ",".join(f"v1={sign(key, moment, self.body)}" for key in keys if key)
        return {
            # The map stands for a TLS proxy: the original host, and https as the scheme.
            "Host": urlsplit(self.uri).netloc,
            "X-Forwarded-Proto": "https",
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": AGENT,
            "Stripe-Signature": f"t={moment},{signatures},v0={sign('v0', moment, self.body)}",
        }


class Dispatcher(deliveries.Dispatcher[Delivery]):
    """Sends them."""

    shape = Delivery
    account = "account"


def sign(secret: str, moment: int, body: bytes) -> str:
    """A `v1`: HMAC-SHA256 of time and raw body with the whole secret."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def wants(endpoint: Record, kind: str) -> bool:
    """Whether an endpoint is told of events of this type."""
    events = endpoint.doc["enabled_events"]
    return endpoint.doc["status"] == "enabled" and ("*" in events or kind in events)


def prepare(account: Account, event: Record, endpoint: Record, *, now: float) -> Delivery:
    """The delivery of an event to an endpoint, in the endpoint's API version."""
    version = endpoint.doc["api_version"] or account.facts.api_version
    doc = versions.shown(event.doc, version) | {"api_version": version}
    rolling = endpoint.inside.get("older_until", 0) > now
    return Delivery(
        account=account.id,
        endpoint=endpoint.id,
        event=event.id,
        topic=event.doc["type"],
        uri=endpoint.doc["url"],
        secret=endpoint.inside["secret"],
        older=endpoint.inside["older"] if rolling else "",
        due=now,
        body=msgspec.json.encode(doc),
    )
