"""The connections of one event loop: how many there may be, and how long they are kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

import aiohttp

from afresh._errors import ConfigurationError
from afresh._queueing import Slots

from .exchange import Request, exchange

if TYPE_CHECKING:
    from ssl import SSLContext

    from afresh._http import httpx

    from .bodies import ResponseBody

HEAD_SIZE: Final = 102_400
"""The number of bytes that a header, or the first line of a response, may have. httpx accepts as much."""

MOST_HEADERS: Final = 25_000
"""The number of headers that a response may have: as many as fit into that."""

OWN_HEADERS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""The headers that aiohttp would add."""


class Connections:
    """The connections of the running event loop.

    Args:
        context: The TLS settings.
        proxy: The proxy for all requests.
        max_connections: How many requests may be under way at once.
        keepalive_expiry: How long an idle connection is kept, in seconds.

    Raises:
        ConfigurationError: This is not asyncio.
    """

    def __init__(
        self,
        context: SSLContext,
        *,
        proxy: httpx.Proxy | None,
        max_connections: int | None,
        keepalive_expiry: float | None,
    ) -> None:
        loop = asyncio._get_running_loop()  # noqa: SLF001 - public, in spite of its name
        if loop is None:
            raise ConfigurationError(
                'aiohttp runs on asyncio only: leave `transport="aiohttp"` out where the client is used with trio'
            )
        self._loop = loop
        self._proxy = proxy
        self._slots = None if max_connections is None else Slots(max_connections)
        self._bodies: set[Any] = set()  # of the responses that are read
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context, limit=0, keepalive_timeout=keepalive_expiry, timeout_ceil_threshold=inf
            ),
            request_class=partial(Request, used=WeakSet()),  # type: ignore[arg-type]  # it is called, no more
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=OWN_HEADERS,
            max_line_size=HEAD_SIZE,
            max_field_size=HEAD_SIZE,
            max_headers=MOST_HEADERS,
        )

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request as soon as there may be another one: see `AiohttpTransport.handle_async_request`."""
        if asyncio._get_running_loop() is not self._loop:  # noqa: SLF001 - as above
            raise RuntimeError("the connections of aiohttp are bound to a different event loop")
        if self._slots is not None:
            await self._slots.acquire(request)
        try:
            response = await exchange(self._session, request, self._proxy, self._release)
        except BaseException:
            self._release(None)
            raise
        self._bodies.add(response.stream)
        return response

    def _release(self, body: ResponseBody | None) -> None:
        self._bodies.discard(body)
        if self._slots is not None:
            self._slots.release()

    async def aclose(self) -> None:
        """Close the connections. Whoever reads from one gets an error."""
        for body in [*self._bodies]:
            body.cut()
        await self._session.close()

    def __del__(self) -> None:
        # aiohttp would complain of a session that nobody can close any more. There is nothing to wait for.
        session: aiohttp.ClientSession | None = vars(self).get("_session")
        if session is not None and self._loop.is_closed():
            with suppress(StopIteration):
                session.close().send(None)
