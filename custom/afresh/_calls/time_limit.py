"""The total time of a call: its attempts, the waits between them, a refresh, and reading the answer."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import anyio
import httpx

from afresh._errors import TransportError, safe_url
from afresh._session.threads import Deadline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    T = TypeVar("T")

THREAD: Final = "afresh-call"
"""The name of the thread of a call."""

SHORTEST_READ: Final = 0.001
"""The shortest timeout of a read, in seconds: 0 would mean not to wait at all."""


class TimeLimit:
    """The total time of one call, from now on.

    Args:
        seconds: The time limit.
        request: The request of the call. A synchronous client sends nothing of it after the time limit.
    """

    def __init__(self, seconds: float, request: httpx.Request) -> None:
        self._seconds = seconds
        self._request = request
        self._end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """The seconds until the limit; 0 after it."""
        return max(0.0, self._end - time.monotonic())

    def run(self, call: Callable[[], T]) -> T:
        """Make a call in its own thread, which is the only way to stop waiting for it at any point.

        Raises:
            TransportError: The time is over.
        """
        deadline = Deadline(self.remaining, self._request, name=THREAD)
        self._request.extensions["trace"] = deadline.trace
        try:
            return deadline.run(call)
        except httpx.TimeoutException:  # from the deadline: the call raises errors of the SDK
            raise self._error() from None

    async def run_async(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, and cancel it when the time is over: see `run`."""
        with anyio.move_on_after(self.remaining):
            return await call()
        raise self._error()

    def watch(self, response: httpx.Response) -> None:
        """Let reading a response end when the time is over. It raises a `TransportError` then."""
        response.stream = _Limited(response.stream, self)

    def limit_reads(self) -> None:
        """Let no read wait for longer than is left now. httpcore looks at this when it starts to read a body."""
        timeout = self._request.extensions["timeout"]
        left = max(SHORTEST_READ, self.remaining)
        timeout["read"] = left if timeout["read"] is None else min(left, timeout["read"])

    def check(self) -> None:
        """Raise a `TransportError` if the time is over."""
        if not self.remaining:
            raise self._error()

    def _error(self) -> TransportError:
        return TransportError(
            f"the call took longer than its `total_timeout` of {self._seconds:g} s. Check the network, or allow for "
            "more. Whether the server has done what it was asked is not known.",
            method=self._request.method,
            url=safe_url(self._request),
        )


class _Limited(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a response, which is read within a time limit.

    A synchronous client checks the time with each part that arrives, and waits for none longer than was left at the
    start. An asynchronous client stops in time.
    """

    def __init__(self, stream: Any, limit: TimeLimit) -> None:
        self._stream = stream
        self._limit = limit
        self._parts: Any = None

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the parts."""
        self._limit.limit_reads()
        try:
            for part in self._stream:
                self._limit.check()
                yield part
        except httpx.TimeoutException:
            self._limit.check()
            raise

    def __aiter__(self) -> Self:  # not an asynchronous generator: see `AsyncPager`
        """Iterate over the parts."""
        self._parts = aiter(self._stream)
        return self

    async def __anext__(self) -> bytes:
        part: bytes = await self._limit.run_async(partial(anext, self._parts))
        return part

    def close(self) -> None:
        """Close the body."""
        self._stream.close()

    async def aclose(self) -> None:
        """Close the body."""
        await self._stream.aclose()
