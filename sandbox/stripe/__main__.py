"""`python -m sandbox.stripe`: run the stand-in as a process of its own."""

import argparse
from pathlib import Path

import uvicorn

from sandbox import webhook_addresses
from sandbox.stripe.app import application, open_world
from sandbox.stripe.settings import Settings


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9124)
    parser.add_argument("--state", type=Path, required=True, help="folder of the state on disk")
    parser.add_argument(
        webhook_addresses.OPTION,
        action="append",
        default=[],
        metavar=webhook_addresses.METAVAR,
        help=webhook_addresses.HELP,
    )
    parser.add_argument(
        "--retry-clock", type=float, default=1.0, help="divides the webhook retry pauses"
    )
    parser.add_argument(
        "--rate", type=float, default=25.0, help="calls per second of an account; 0: no limit"
    )
    parser.add_argument(
        "--checkout-origin",
        default="https://checkout.stripe.com",
        help="origin of the payment pages, as the customer's browser reaches it",
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop."""
    asked = arguments()
    world = open_world(
        asked.state,
        settings=Settings(
            retry_clock=asked.retry_clock,
            rate_per_second=asked.rate,
            checkout_origin=asked.checkout_origin.rstrip("/"),
        ),
        webhook_map=webhook_addresses.read_map(asked.webhook_map),
    )
    world.faults.reseed(asked.seed)
    uvicorn.run(
        application(world), host=asked.host, port=asked.port, log_level="warning", lifespan="on"
    )


if __name__ == "__main__":
    main()
