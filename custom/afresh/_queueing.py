"""Waiting for a connection: in order, before the request goes into a pool, whose own queue may be slow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

from afresh._http import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Slots:
    """How many requests may be under way in one event loop.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._free = anyio.Semaphore(count, fast_acquire=True)

    async def acquire(self, request: httpx.Request) -> None:
        """Wait until a request may be sent.

        Raises:
            httpx.PoolTimeout: It had to wait for longer than its timeout for `pool`.
        """
        try:
            self._free.acquire_nowait()
        except anyio.WouldBlock:
            seconds: Any = request.extensions.get("timeout", {}).get("pool")
            try:
                with anyio.fail_after(seconds):
                    await self._free.acquire()
            except TimeoutError:
                raise httpx.PoolTimeout(f"no connection came free in {seconds:g} s", request=request) from None

    def release(self) -> None:
        """Let the next request go."""
        self._free.release()


class QueueingTransport(httpx.AsyncBaseTransport):
    """Lets only as many requests into a pool of httpx as it has connections.

    httpcore goes through all requests of its pool for each that begins or ends. With 500 tasks, that takes more than
    ten times as long as the requests themselves.

    Args:
        transport: The pool, of HTTP/1.1 connections.
        count: How many connections it has.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, count: int) -> None:
        self._transport = transport
        self._slots = Slots(count)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request when there is a connection for it.

        Raises:
            httpx.PoolTimeout: There was none in time.
        """
        await self._slots.acquire(request)
        try:
            response = await self._transport.handle_async_request(request)
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - as httpx's own clients do
            response.stream = _Body(response.stream, self._slots)
        except BaseException:
            self._slots.release()
            raise
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of a response, whose end lets the next request go."""

    def __init__(self, stream: httpx.AsyncByteStream, slots: Slots) -> None:
        self._stream = stream
        self._slots: Slots | None = slots

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        slots, self._slots = self._slots, None
        try:
            await self._stream.aclose()
        finally:
            if slots is not None:
                slots.release()
