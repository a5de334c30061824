"""`python -m sandbox.shopify`: run the stand-in as a process of its own."""

import argparse
import gc
from pathlib import Path

import uvicorn

from sandbox import webhook_addresses
from sandbox.shopify import catalogue
from sandbox.shopify.app import application, open_world
from sandbox.shopify.settings import PLANS, Settings


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.shopify", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9123)
    parser.add_argument("--state", type=Path, required=True, help="folder of the state on disk")
    parser.add_argument("--products", type=int, default=300, help="when the folder is empty")
    parser.add_argument("--variants-per-product", type=int, help="exact; default believable 1..24")
    parser.add_argument("--plan", choices=sorted(PLANS), default="standard")
    parser.add_argument(
        "--points-factor", type=float, default=1.0, help="multiplies points rate and bucket"
    )
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
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop."""
    asked = arguments()
    world = open_world(
        asked.state,
        catalogue.Wish(
            products=asked.products,
            variants_per_product=asked.variants_per_product,
            seed=asked.seed,
        ),
        points=(asked.plan, asked.points_factor),
        settings=Settings(retry_clock=asked.retry_clock),
        webhook_map=webhook_addresses.read_map(asked.webhook_map),
    )
    world.faults.reseed(asked.seed)
    # The catalogue lives as long as the process: keep the collector from walking it each time.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        application(world), host=asked.host, port=asked.port, log_level="warning", lifespan="on"
    )


if __name__ == "__main__":
    main()
