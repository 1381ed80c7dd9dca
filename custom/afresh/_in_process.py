"""Applications in this process, WSGI or ASGI: nothing is sent over a network, not by token calls either."""

from __future__ import annotations

from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from ._connection import user_agent

if TYPE_CHECKING:
    from collections.abc import Callable


class BlockingASGITransport(httpx.BaseTransport):
    """Calls an ASGI application in this process, for a synchronous client. Each request has an event loop of its own.

    Args:
        app: The application, or an `httpx.ASGITransport`.
    """

    def __init__(self, app: Any) -> None:
        self._transport = app if isinstance(app, httpx.ASGITransport) else httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the application, and return its whole response."""
        # The context of the caller says that its own event loop runs here, since a refresh carries it into its thread.
        return Context().run(anyio.run, self._send, request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            content=await response.aread(),
            extensions=response.extensions,
            request=request,
        )


def in_process_client(http: object) -> Callable[..., httpx.Client] | None:
    """Return what makes the client of a token call to the application that an httpx client calls.

    Returns:
        None unless the client's transport calls an application in this process.
    """
    transport = getattr(http, "_transport", None)  # httpx has no public name for it
    if isinstance(transport, httpx.ASGITransport):
        transport = BlockingASGITransport(transport)
    if not isinstance(transport, BlockingASGITransport | httpx.WSGITransport):
        return None
    # Closing these transports does nothing, so that the client of a token call can share them.
    return partial(httpx.Client, transport=transport, trust_env=False, headers={"User-Agent": user_agent()})
