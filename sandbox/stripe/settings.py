"""Everything the contract leaves open, and every dial of a running sandbox, in one place."""

import msgspec


class Settings(msgspec.Struct, kw_only=True):
    """Dials shared by all accounts; changed at run time by `POST /_sandbox/settings`."""

    # §8: calls per second of an account, account-wide, in test mode. 0: no limit.
    rate_per_second: float = 25.0
    # §8: seconds an idempotency key is remembered at least.
    idempotency_seconds: float = 86_400.0
    # Seconds every call takes.
    latency: float = 0.0
    # §6 (?): seconds between retries in test mode: three within a few hours.
    retry_steps: list[float] = msgspec.field(default_factory=lambda: [300, 1800, 7200])
    # Divides every retry step; 1 is the vendor's clock.
    retry_clock: float = 1.0
    connect_timeout: float = 1.0
    total_timeout: float = 10.0
    deliveries_at_once: int = 32
    # §6: seconds the payment page waits for the answer to checkout.session.completed.
    redirect_wait: float = 10.0
    # §5: days for which events can be read back.
    event_days: int = 30
    # §3.1: bounds of a session's life in seconds.
    least_life: int = 1800
    most_life: int = 86_400
    # §4: days until evidence of a dispute is due.
    dispute_days: int = 7
    # Where sessions' pages are, as the customer's browser reaches them.
    checkout_origin: str = "https://checkout.stripe.com"
