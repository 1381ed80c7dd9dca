"""The control side, under ``/_control/``: not part of the API, open to everyone, not counted, not subject to faults."""

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import asdict, evolve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import ANY, KINDS, Fault
from sandbox.fields import Kind, choice, digits, nullable, number, once, read_json, read_query, whole
from sandbox.operations import OPERATIONS
from sandbox.problems import ProblemError
from sandbox.state import Service, State
from sandbox.users import USERS

PREFIX = "/_control"

_LONGEST_POLL = 30
_AT = choice(*OPERATIONS, ANY)
_USER = {"username": choice(*USERS)}
_SETTINGS = {
    "access_ttl": number(0, 1e9),
    "refresh_ttl": number(0, 1e9),
    "grace": number(0, 1e9),
    "search_limit": whole(0, 10**9),
    "search_window": number(0, 1e9),
}
_FAULT = {
    "operation": _AT,
    "kind": choice(*KINDS),
    "times": nullable(whole(1, 10**9)),
    "chance": number(0, 1),
    "seconds": number(0, 3600),
    "status": whole(400, 599),
    "retry_after": nullable(whole(0, 10**9)),
    "count": whole(1, 10**9),
}


class ControlSide:
    """Its endpoints act on the state that the service has when they are called."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def _state(self) -> State:
        return self._service.state

    def routes(self) -> list[BaseRoute]:
        """Return its routes, relative to `PREFIX`."""
        return [
            Route("/counters", self.counters),
            Route("/issued", self.issued),
            Route("/reset", self.reset, methods=["POST"]),
            Route("/settings", self.settings, methods=["PATCH"]),
            Route("/revoke-access", self.revoke_access, methods=["POST"]),
            Route("/end-sessions", self.end_sessions, methods=["POST"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/held", self.held),
            Route("/release", self.release, methods=["POST"]),
        ]

    async def counters(self, _request: Request) -> Response:
        return JSONResponse(self._state.counters.to_json())

    async def issued(self, _request: Request) -> Response:
        return JSONResponse(self._state.sessions.issued())

    async def reset(self, _request: Request) -> Response:
        self._service.reset()
        return _done()

    async def settings(self, request: Request) -> Response:
        self._state.settings = evolve(self._state.settings, **await read_json(request, _SETTINGS))
        return JSONResponse(asdict(self._state.settings))

    async def revoke_access(self, request: Request) -> Response:
        self._state.sessions.revoke_access((await _options(request, _USER)).get("username"))
        return _done()

    async def end_sessions(self, request: Request) -> Response:
        self._state.sessions.end_all((await _options(request, _USER)).get("username"))
        return _done()

    async def add_fault(self, request: Request) -> Response:
        fields = await read_json(request, _FAULT, required=["operation", "kind"])
        self._state.faults.add(fields.pop("operation"), Fault(**fields))
        return _done()

    async def clear_faults(self, _request: Request) -> Response:
        self._state.faults.clear()
        return _done()

    async def held(self, request: Request) -> Response:
        query = read_query(request, {"operation": once(_AT), "count": once(digits(0, 10**6))})
        faults, operation, count = self._state.faults, query.get("operation", ANY), query.get("count", 1)
        try:
            async with asyncio.timeout(_LONGEST_POLL):
                enough = await faults.wait_held(operation, count)
        except TimeoutError:
            enough = False
        if not enough:
            raise ProblemError(504, f"{faults.held(operation)} requests are held at {operation}, not {count}.")
        return JSONResponse({"held": faults.held(operation)})

    async def release(self, request: Request) -> Response:
        self._state.faults.release((await _options(request, {"operation": _AT})).get("operation", ANY))
        return _done()


async def _options(request: Request, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Read a body that may be left out."""
    return await read_json(request, kinds) if await request.body() else {}


def _done() -> Response:
    return Response(status_code=204)
