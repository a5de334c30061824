"""What every control API has: scripted faults and settings that are changed at run time."""

from typing import Any, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from sandbox.control_edge import Doc, RefusedError, body_of, guarded
from sandbox.faults import Faults, Rule

RuleT = TypeVar("RuleT", bound=Rule)


class Dials(Generic[RuleT]):
    """Handlers; each returns JSON."""

    def __init__(self, faults: Faults[RuleT], rule: type[RuleT], settings: Any) -> None:
        """`settings` is a struct whose fields are the dials; `rule` the shape of a fault."""
        self._faults = faults
        self._rule = rule
        self._settings = settings

    async def faults(self, _request: Request) -> Doc:
        """Active faults and how often each struck."""
        return {"faults": self._faults.listed()}

    async def add_fault(self, request: Request) -> Doc:
        """Activate a fault, or several: `{"faults": [...], "seed"?}`."""
        body = await body_of(request)
        if "seed" in body:
            self._faults.reseed(int(body.pop("seed")))
        rules = [msgspec.convert(rule, self._rule) for rule in body.get("faults", [body])]
        return {"faults": [msgspec.to_builtins(self._faults.add(rule)) for rule in rules]}

    async def clear_faults(self, request: Request) -> Doc:
        """Clear all faults, or the one of `?id=`."""
        number = request.query_params.get("id")
        self._faults.clear(int(number) if number else None)
        return {"faults": self._faults.listed()}

    async def settings(self, _request: Request) -> Doc:
        """All settings."""
        return msgspec.to_builtins(self._settings)  # type: ignore[no-any-return]  # a Struct gives a dict

    async def set_settings(self, request: Request) -> Doc:
        """Change some settings."""
        current = self._settings
        merged = msgspec.to_builtins(current) | await body_of(request)
        wanted = msgspec.convert(merged, type(current))
        for name in merged:
            if not hasattr(current, name):
                message = f"there is no setting {name}"
                raise RefusedError(message)
            setattr(current, name, getattr(wanted, name))
        return msgspec.to_builtins(current)  # type: ignore[no-any-return]  # a Struct gives a dict

    def routes(self) -> list[Route]:
        """`faults` and `settings` of the control API."""
        return [
            Route("/_sandbox/faults", guarded(self.faults), methods=["GET"]),
            Route("/_sandbox/faults", guarded(self.add_fault), methods=["POST"]),
            Route("/_sandbox/faults", guarded(self.clear_faults), methods=["DELETE"]),
            Route("/_sandbox/settings", guarded(self.settings), methods=["GET"]),
            Route("/_sandbox/settings", guarded(self.set_settings), methods=["POST"]),
        ]
