"""Bulk operations at work: each a task of its own, slow as the vendor, compressible by a setting.

What was under way when the process ended begins anew: its result had not been seen by anybody.
"""

import asyncio
import contextlib
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.shopify import access, bulk_rules, clock
from sandbox.shopify.bulk import ACTIVE
from sandbox.shopify.bulk_lines import BulkCall, Group, arranged
from sandbox.shopify.entities import BulkOperation, gid
from sandbox.shopify.errors import FieldError
from sandbox.shopify.plan import Plan
from sandbox.shopify.state import Shop, Work

if TYPE_CHECKING:
    from sandbox.shopify.world import World

PIECE = 500  # objects between two pauses


class _Ended(Exception):
    """The operation is over, other than by being complete."""

    def __init__(self, status: str, error: str | None = None) -> None:
        super().__init__(status)
        self.status, self.error = status, error


class Runs:
    """The operations under way."""

    def __init__(self, world: "World", folder: Path) -> None:
        """`folder` keeps the results; nothing runs before `start`."""
        self.world = world
        self.folder = folder
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.cancels: dict[int, asyncio.Event] = {}

    def start(self) -> None:
        """Go on with what an earlier process left."""
        for shop in self.world.shops.values():
            for operation in shop.bulk.values():
                if operation.status in ACTIVE:
                    self.launch(shop, operation)

    async def stop(self) -> None:
        """Leave everything as it is."""
        for task in list(self.tasks.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def launch(self, shop: Shop, operation: BulkOperation) -> None:
        """Run an operation from its beginning."""
        cancel = self.cancels[operation.id] = asyncio.Event()
        if operation.status == "CANCELING":
            cancel.set()
        task = asyncio.get_running_loop().create_task(_Run(self, shop, operation).run())
        self.tasks[operation.id] = task
        task.add_done_callback(lambda done: self._done(operation.id, done))

    def cancel(self, operation: BulkOperation) -> None:
        """Tell a running operation to end."""
        if operation.id in self.cancels:
            self.cancels[operation.id].set()

    def path(self, key: str) -> Path:
        """The file of a result."""
        return self.folder / f"{key}.jsonl"

    def _done(self, number: int, task: asyncio.Task[None]) -> None:
        del self.tasks[number], self.cancels[number]
        if not task.cancelled() and task.exception() is not None:
            task.get_loop().call_exception_handler(
                {"message": "a bulk operation broke", "exception": task.exception()}
            )


class _Run:
    """One operation from CREATED to its end."""

    def __init__(self, runs: Runs, shop: Shop, operation: BulkOperation) -> None:
        self.runs, self.shop, self.operation = runs, shop, operation
        self.world, self.settings = runs.world, runs.world.settings
        self.groups: list[Group] = []
        self.began = time.monotonic()

    async def run(self) -> None:
        operation = self.operation
        operation.objects = operation.roots = 0
        try:
            await self.pause(self.settings.bulk_start_seconds)
            operation.status = "RUNNING"
            self.save(Work(self.shop, source="vendor", operation="bulkOperation"))
            await self.read()
        except _Ended as end:
            self.finish(end.status, end.error)
        except FieldError:
            self.finish("FAILED", "INTERNAL_SERVER_ERROR")
        else:
            self.finish("COMPLETED", None)

    async def read(self) -> None:
        plan = bulk_rules.checked(self.operation.query, self.settings)
        names = tuple(root.name for root in plan.roots)
        fails = self.world.faults.strike(("bulk_fail",), self.shop.domain, names)
        stalls = self.world.faults.strike(("bulk_stall",), self.shop.domain, names)
        if any(access.denied(self.shop.facts.scopes, root, []) for root in plan.roots):
            raise _Ended("FAILED", "ACCESS_DENIED")
        await self.collect(plan)
        if stalls is not None:
            await self.pause(stalls.seconds, compressed=False)
        if fails is not None:
            self.forget_half()
            raise _Ended("FAILED", "INTERNAL_SERVER_ERROR")

    async def collect(self, plan: Plan) -> None:
        rate = self.settings.bulk_objects_per_second
        if self.operation.grouped:
            rate /= self.settings.bulk_grouping_slowdown
        waiting = 0
        for group in BulkCall(self.world, self.shop, plan).groups():
            self.groups.append(group)
            self.operation.roots += 1
            self.operation.objects += len(group)
            waiting += len(group)
            if waiting >= PIECE:
                await self.pause(waiting / rate)
                waiting = 0
        await self.pause(waiting / rate)

    def forget_half(self) -> None:
        """A failed operation has got through a part of the shop only."""
        del self.groups[(len(self.groups) + 1) // 2 :]
        self.operation.roots = len(self.groups)
        self.operation.objects = sum(map(len, self.groups))

    async def pause(self, seconds: float, *, compressed: bool = True) -> None:
        """Let time pass, or end because of a cancellation or the time limit."""
        settings, cancel = self.settings, self.runs.cancels[self.operation.id]
        limit = settings.bulk_time_limit / settings.bulk_clock
        left = self.began + limit - time.monotonic()
        wanted = seconds / settings.bulk_clock if compressed else seconds
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(cancel.wait(), max(0.0, min(wanted, left)))
        if cancel.is_set():
            await asyncio.sleep(settings.bulk_cancel_seconds / settings.bulk_clock)
            raise _Ended("CANCELED")
        if left <= wanted:
            raise _Ended("FAILED", "TIMEOUT")

    def finish(self, status: str, error: str | None) -> None:
        """Write the result and tell the subscribers."""
        operation = self.operation
        work = Work(self.shop, source="vendor", operation="bulkOperation")
        if self.groups:
            lines = arranged(self.groups, grouped=operation.grouped, seed=operation.id)
            operation.key = secrets.token_hex(14)
            path = self.runs.path(operation.key)
            path.parent.mkdir(parents=True, exist_ok=True)
            operation.size = path.write_bytes(b"".join(line + b"\n" for line in lines))
        operation.status, operation.error, operation.finished = status, error, work.at
        zone = self.shop.facts.zone
        completed = clock.local(work.at, zone) if status == "COMPLETED" else None
        payload = {
            "admin_graphql_api_id": gid("BulkOperation", operation.id),
            "completed_at": completed,
            "created_at": clock.local(operation.created, zone),
            "error_code": error.lower() if error else None,
            "status": status.lower(),
            "type": "query",
        }
        work.event("bulk_operations/finish", payload)
        self.save(work)

    def save(self, work: Work) -> None:
        work.edit(self.operation)
        self.world.commit(work)
