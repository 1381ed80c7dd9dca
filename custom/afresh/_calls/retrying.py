"""Retries calls after transient failures. The retry after a 401 is separate: see `TokenAuth`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import anyio

from afresh._errors import APIError, TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    import httpx
    from tenacity import RetryCallState

    from afresh._errors import SDKError

    T = TypeVar("T")

log = logging.getLogger("afresh")

IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""RFC 9110, section 9.2.2."""

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


class Retrying:
    """The retries of a call after its first failure.

    The first attempt raises that failure again instead of sending, so that tenacity waits before the first retry.

    Args:
        failure: The first failure.
        may_retry: Whether an error may be followed by a retry.
        retries: The maximum number of retries.
        budget: The time in seconds, from now on, in which a retry may start.
    """

    def __init__(
        self, failure: SDKError, may_retry: Callable[[BaseException], bool], *, retries: int, budget: float
    ) -> None:
        import tenacity  # noqa: PLC0415 - seldom needed

        self._failures = [failure]
        self._usual_wait = tenacity.wait_exponential(FIRST_WAIT, LONGEST_WAIT) + tenacity.wait_random(0, JITTER)
        self._options: dict[str, Any] = {
            "retry": tenacity.retry_if_exception(may_retry),
            "wait": self._wait,
            "stop": tenacity.stop_after_attempt(1 + retries) | tenacity.stop_before_delay(budget),
            "before_sleep": _log,
            "reraise": True,
        }

    def run(self, send: Callable[[], T]) -> T:
        """Call `send` until it succeeds or may not be retried. Raise its last error."""
        from tenacity import Retrying as Attempts  # noqa: PLC0415 - as above

        def attempt() -> T:
            self._raise_first_failure()
            return send()

        return Attempts(**self._options)(attempt)

    async def run_async(self, send: Callable[[], Awaitable[T]]) -> T:
        """As `run`, for asyncio and trio."""
        from tenacity import AsyncRetrying as Attempts  # noqa: PLC0415 - as above

        async def attempt() -> T:
            self._raise_first_failure()
            return await send()

        return await Attempts(sleep=anyio.sleep, **self._options)(attempt)

    def _raise_first_failure(self) -> None:
        if self._failures:
            raise self._failures.pop()

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
