"""The other side of Stripe: customers who pay, people at the dashboard, banks, and the vendor."""

import os
from collections.abc import Iterator
from typing import Any

from config.demo.sandbox_control import SandboxControl

DEMO_ACCOUNT = "acct_1DemoMapleMutt00"
DEMO_KEY = "sk_test_demo0000000000000000000000000000"
OTHER_ACCOUNT = "acct_1OtherDockside00"
OTHER_KEY = "sk_test_other000000000000000000000000000"


class StripeAccount(SandboxControl):
    """One account of the sandbox, through its control API (``sandbox/stripe/README.md``)."""

    def __init__(self, account: str = DEMO_ACCOUNT, *, url: str | None = None) -> None:
        """``url`` is the sandbox's address, by default ``STRIPE_SANDBOX_URL``."""
        super().__init__(url or os.environ["STRIPE_SANDBOX_URL"])
        self.account = account

    # --- the customer ---------------------------------------------------------------------------

    def pay(self, session: str, *, email: str = "robin@example.com", **payer: Any) -> str:
        """Pay by card; gives "paid" or the words of a decline (``card=`` chooses a test card)."""
        return str(self._act("pay", session=session, email=email, **payer))

    def decline(self, session: str, **payer: Any) -> str:
        """Try to pay with a card that is declined; the session stays open."""
        return str(self._act("decline", session=session, **payer))

    def pay_delayed(self, session: str, *, method: str = "acss_debit") -> None:
        """Pay by a bank debit, which clears or fails later."""
        self.pay(session, method=method)

    def clear(self, session: str) -> None:
        """Let a delayed payment arrive."""
        self._act("clear", session=session)

    def bounce(self, session: str) -> None:
        """Let a delayed payment fail."""
        self._act("bounce", session=session)

    def expire(self, session: str) -> None:
        """Let the session's time be up."""
        self._act("time-out", session=session)

    # --- the dashboard and the banks ------------------------------------------------------------

    def refund(self, payment_intent: str, *, amount: int | None = None, **more: Any) -> str:
        """Refund by hand, in the smallest unit (default: all); gives the refund's id."""
        given = {} if amount is None else {"amount": amount}
        return str(self._act("refund", payment_intent=payment_intent, **given, **more))

    def refund_arrives(self, refund: str) -> None:
        """Let a pending refund succeed."""
        self._act("refund-arrives", refund=refund)

    def refund_fails(self, refund: str) -> None:
        """Let the bank send a refund back, maybe days later."""
        self._act("refund-fails", refund=refund)

    def dispute(self, payment_intent: str, *, reason: str = "fraudulent", **more: Any) -> str:
        """Take the money back through the bank (``inquiry=True`` only asks); gives its id."""
        return str(self._act("dispute", payment_intent=payment_intent, reason=reason, **more))

    def review_dispute(self, dispute: str) -> None:
        """Send evidence at the dashboard."""
        self._act("dispute-review", dispute=dispute)

    def end_dispute(self, dispute: str, status: str) -> None:
        """Decide a dispute: ``won``, ``lost``, of an inquiry ``warning_closed``."""
        self._act("dispute-end", dispute=dispute, status=status)

    # --- the vendor -----------------------------------------------------------------------------

    def resend(self, event: str, *, times: int = 1) -> None:
        """Deliver an event again to every endpoint of the account."""
        self._post(f"accounts/{self.account}/resend", {"event": event, "times": times})

    def roll_secret(self, endpoint: str, *, hours: float = 24) -> str:
        """Give an endpoint a new secret; the old one signs beside it for so long."""
        return str(self._act("roll-secret", endpoint=endpoint, hours=hours))

    def rotate_key(self, key: str | None = None) -> str:
        """Replace the API key; the old one is dead at once."""
        given = {} if key is None else {"key": key}
        return str(self._post(f"accounts/{self.account}/rotate-key", given)["key"])

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock ahead (for every account)."""
        self._post("clock", {"advance": seconds})

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return every object of a kind (``refund``, ``checkout.session`` …), the oldest first."""
        rows: list[dict[str, Any]] = self._get(f"accounts/{self.account}/objects/{kind}")["objects"]
        return rows

    def events(self, *, about: str = "", kind: str = "") -> list[dict[str, Any]]:
        """Return all events, or those about an object or of a type, the oldest first."""
        asked = [f"object={about}" if about else "", f"type={kind}" if kind else ""]
        path = f"accounts/{self.account}/events?{'&'.join(filter(None, asked))}"
        rows: list[dict[str, Any]] = self._get(path)["events"]
        return rows

    def effects(self, since: int = 0) -> list[dict[str, Any]]:
        """Return every write of this account after number ``since``, ours and others'."""
        rows: list[dict[str, Any]] = self._get(f"effects?since={since}&account={self.account}")[
            "effects"
        ]
        return rows

    def deliveries(self, since: int = 0, *, bodies: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the webhook deliveries of this account after number ``since``."""
        return self._deliveries(f"account={self.account}", since, bodies=bodies)

    def deliveries_by_status(self) -> dict[str, int]:
        """Count this account's deliveries by status."""
        return self._deliveries_by_status("account", self.account)

    def misbehave(self, *faults: dict[str, Any], seed: int = 1) -> None:
        """Script faults (``sandbox/stripe/faults.py``)."""
        rules = [{"account": self.account, **fault} for fault in faults]
        self._post("faults", {"faults": rules, "seed": seed})

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings of the sandbox; gives all of them."""
        return self._post("settings", changes)

    def _act(self, verb: str, **body: Any) -> Any:
        return self._post(f"accounts/{self.account}/{verb}", body)["result"]
