"""Cutting a connection: the client sees a TCP close, and no HTTP answer.

ASGI has no word for it. uvicorn copies its ``app_state`` into each request's ``state``, so the protocol class below,
which is uvicorn's own but for this, puts the connection's transport there.
"""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class Protocol(H11Protocol):
    """HTTP/1.1 with the connection's transport in ``request.state.transport``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Cut(Response):
    """The answer that is none: the connection is closed instead."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        scope["state"]["transport"].close()
        # uvicorn reports an application that returns unanswered, unless it has seen the connection go.
        while (await receive())["type"] != "http.disconnect":
            pass
