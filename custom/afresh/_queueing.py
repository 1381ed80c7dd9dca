"""Keeps the requests that wait for a connection in front of httpx's pool: its own queue is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from afresh._http import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class QueueingTransport(httpx.AsyncBaseTransport):
    """Lets only as many requests into a pool as it has connections; the others wait in order.

    httpcore goes through all requests of its pool for each that begins or ends. With 500 tasks, that takes ten times as
    long as the requests themselves.

    Args:
        transport: The pool, of HTTP/1.1 connections.
        slots: How many connections it has.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, slots: int) -> None:
        self._transport = transport
        self._slots = anyio.Semaphore(slots, fast_acquire=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request when there is a connection for it.

        Raises:
            httpx.PoolTimeout: There was none within the timeout for `pool`.
        """
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait(request.extensions.get("timeout", {}).get("pool"))
        try:
            response = await self._transport.handle_async_request(request)
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - as httpx's own clients do
            response.stream = _Body(response.stream, self._slots)
        except BaseException:
            self._slots.release()
            raise
        return response

    async def _wait(self, seconds: float | None) -> None:
        try:
            with anyio.fail_after(seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout(f"no connection was free for {seconds:g} seconds") from None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of a response, whose end gives the place of its request to another."""

    def __init__(self, stream: httpx.AsyncByteStream, slots: anyio.Semaphore) -> None:
        self._stream = stream
        self._slots: anyio.Semaphore | None = slots

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        slots, self._slots = self._slots, None
        try:
            await self._stream.aclose()
        finally:
            if slots is not None:
                slots.release()
