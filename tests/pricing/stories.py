"""State machines over a shop that goes on from example to example."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class ShopMachine(RuleBasedStateMachine):
    """A machine that remembers what failed first.

    The shop is another one by the time hypothesis plays a failing story again, so it sees the
    second run end otherwise and complains of that alone; the cause is what failed first.
    """

    failed: ClassVar[AssertionError | None] = None

    def check_invariants(self, *given: Any) -> None:
        """Check as ever."""
        with self._remembered():
            super().check_invariants(*given)

    def teardown(self) -> None:
        """See that the shop is at rest, then end as ever."""
        with self._remembered():
            self.at_rest()
        super().teardown()

    def at_rest(self) -> None:
        """Bring the shop to rest and check what must hold then."""

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            kind = type(self)
            kind.failed = kind.failed or error
            raise


def run_stories(machine: type[ShopMachine], *, stories: int, steps: int) -> None:
    """Run so many stories of so many steps; raises what failed first."""
    machine.failed = None
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=stories,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                # A shorter story would be about another shop.
                phases=[Phase.generate],
            ),
        )
    except Exception:
        if machine.failed is not None:
            raise machine.failed from None
        raise
