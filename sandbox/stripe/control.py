"""The control API under `/_sandbox/`: for tests, demo and benchmarks; needs `X-Sandbox: 1`."""

from starlette.routing import Route

from sandbox.control_edge import Handler, guarded
from sandbox.dials import Dials
from sandbox.stripe.control_accounts import Accounts
from sandbox.stripe.control_logs import Logs
from sandbox.stripe.faults import Rule
from sandbox.stripe.world import World


def routes(world: World) -> list[Route]:
    """All routes of the control API."""
    accounts, logs = Accounts(world), Logs(world)
    reads: dict[str, Handler] = {
        "": accounts.summary,
        "calls": logs.calls,
        "clock": accounts.clock,
        "deliveries": logs.deliveries,
        "deliveries/counts": logs.delivery_counts,
        "effects": logs.effects,
        "effects/counts": logs.effect_counts,
        "accounts/{account}/events": logs.events,
        "accounts/{account}/objects/{kind}": accounts.objects,
    }
    acts: dict[str, Handler] = {
        "pay": accounts.pay,
        "decline": accounts.decline,
        "clear": accounts.clear,
        "bounce": accounts.bounce,
        "time-out": accounts.time_out,
        "refund": accounts.refund,
        "refund-arrives": accounts.refund_arrives,
        "refund-fails": accounts.refund_fails,
        "dispute": accounts.dispute,
        "dispute-review": accounts.dispute_review,
        "dispute-end": accounts.dispute_end,
        "resend": accounts.resend,
        "rotate-key": accounts.rotate_key,
        "roll-secret": accounts.roll_secret,
    }
    return [
        *(Route(f"/_sandbox/{path}", guarded(h), methods=["GET"]) for path, h in reads.items()),
        *(
            Route(f"/_sandbox/accounts/{{account}}/{verb}", guarded(h), methods=["POST"])
            for verb, h in acts.items()
        ),
        Route("/_sandbox/clock", guarded(accounts.advance), methods=["POST"]),
        *Dials(world.faults, Rule, world.settings).routes(),
    ]
