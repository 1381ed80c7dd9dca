"""Retries calls after transient failures, and limits the total time of a call.

The retry after a 401 is separate: see `TokenAuth`.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import anyio

from afresh._errors import APIError, TransportError, safe_url
from afresh._http import BodyAround, httpx
from afresh._session.threads import Deadline

from .pacing import TURN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tenacity import RetryCallState

    from afresh._errors import SDKError

    T = TypeVar("T")

log = logging.getLogger("afresh")

IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE"})
"""RFC 9110, section 9.2.2; QUERY is a GET with a body."""

PERMANENT: Final = frozenset({501, 505, 506, 507, 508, 510, 511})
"""The 5xx statuses that a retry would get again (RFC 9110, 15.6.2 and 15.6.6; RFC 2295, 2774, 4918, 5842, 6585)."""

PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""The 4xx statuses that a retry may not get again: the server waited too long for the request, or had too many."""

BUDGET: Final = 60.0
"""The time in seconds, from the first failure of a call, in which it is retried."""

FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 5.0
JITTER: Final = 0.5
"""The exponential backoff in seconds, with random jitter, unless the server sends Retry-After."""

THREAD: Final = "afresh-call"
"""The name of the thread of a call."""

SHORTEST_READ: Final = 0.001
"""The shortest timeout of a read, in seconds: 0 would mean not to wait at all."""


class Retrying:
    """The retries of a call after its first failure.

    The first attempt raises that failure again instead of sending, so that tenacity waits before the first retry.

    Args:
        failure: The first failure.
        may_retry: Whether an error may be followed by a retry.
        retries: The maximum number of retries.
        budget: The time in seconds, from now on, in which a retry may start. In a bulk, the time in which other calls
            went first does not count.
    """

    def __init__(
        self, failure: SDKError, may_retry: Callable[[BaseException], bool], *, retries: int, budget: float
    ) -> None:
        import tenacity  # noqa: PLC0415 - seldom needed

        self._failures = [failure]
        self._turn = TURN.get()
        self._retries = retries
        self._budget = budget
        self._usual_wait = tenacity.wait_exponential(FIRST_WAIT, LONGEST_WAIT) + tenacity.wait_random(0, JITTER)
        self._options: dict[str, Any] = {
            "retry": tenacity.retry_if_exception(may_retry),
            "wait": self._wait,
            "stop": self._is_over,
            "before_sleep": _log,
            "reraise": True,
        }

    def run(self, send: Callable[[], T]) -> T:
        """Call `send` until it succeeds or may not be retried. Raise its last error."""
        from tenacity import Retrying as Attempts  # noqa: PLC0415 - as above

        def attempt() -> T:
            self._raise_first_failure()
            return send()

        return Attempts(sleep=self._sleep, **self._options)(attempt)

    async def run_async(self, send: Callable[[], Awaitable[T]]) -> T:
        """As `run`, for asyncio and trio."""
        from tenacity import AsyncRetrying as Attempts  # noqa: PLC0415 - as above

        async def attempt() -> T:
            self._raise_first_failure()
            return await send()

        return await Attempts(sleep=self._sleep_async, **self._options)(attempt)

    def _raise_first_failure(self) -> None:
        if self._failures:
            raise self._failures.pop()

    def _sleep(self, seconds: float) -> None:
        if self._turn is None:
            time.sleep(seconds)
            return
        due = time.monotonic() + seconds
        self._turn.pause(seconds)
        self._budget += time.monotonic() - due

    async def _sleep_async(self, seconds: float) -> None:
        if self._turn is None:
            await anyio.sleep(seconds)
            return
        due = time.monotonic() + seconds
        await self._turn.pause_async(seconds)
        self._budget += time.monotonic() - due

    def _is_over(self, attempts: RetryCallState) -> bool:
        next_after = (attempts.seconds_since_start or 0.0) + attempts.upcoming_sleep
        return attempts.attempt_number > self._retries or next_after >= self._budget

    def _wait(self, attempts: RetryCallState) -> float:
        retry_after = getattr(_error_of(attempts), "retry_after", None)
        return self._usual_wait(attempts) if retry_after is None else float(retry_after)


def _log(attempts: RetryCallState) -> None:
    wait = attempts.upcoming_sleep
    log.debug("retrying in %.1f s: %s", wait, _error_of(attempts), extra={"event": "attempt_failed", "wait": wait})


def _error_of(attempts: RetryCallState) -> BaseException | None:
    return None if attempts.outcome is None else attempts.outcome.exception()


def is_transient(error: BaseException) -> bool:
    """Whether a retry may succeed after an error."""
    if isinstance(error, APIError):
        status = error.status_code
        return status in PASSING or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in PERMANENT)
    return isinstance(error, TransportError) and error.is_passing


def may_repeat(error: SDKError, request: httpx.Request, idempotency_header: str) -> bool:
    """Whether a request can safely be repeated after an error: the server did not get it, or may get it twice."""
    return (
        (isinstance(error, TransportError) and error.is_unsent)
        or request.method in IDEMPOTENT_METHODS
        or idempotency_header in request.headers
    )


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


class _Limited(BodyAround, httpx.SyncByteStream, httpx.AsyncByteStream):
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
