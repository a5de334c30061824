"""State machines over a shop that goes on from example to example."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

Step = Callable[..., None]


def step(**given: Any) -> Callable[[Step], Step]:
    """Make a method a rule that is told when its story fails; ``given`` as of ``rule``."""

    def make(method: Step) -> Step:
        @wraps(method)
        def told(machine: "ShopMachine", **drawn: Any) -> None:
            machine.story.append(f"{method.__name__} {drawn}")
            method(machine, **drawn)

        decorate: Callable[[Step], Step] = rule(**given)
        return decorate(told)

    return make


class ShopMachine(RuleBasedStateMachine):
    """A machine that remembers what failed first, and its story.

    The shop is another one by the time hypothesis plays a failing story again, so it sees the
    second run end otherwise and complains of that alone; the cause is what failed first.
    """

    failed: ClassVar[AssertionError | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []

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
            if kind.failed is None:
                error.add_note("\n".join(["The story:", *self.story]))
                kind.failed = error
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
