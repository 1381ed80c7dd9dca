"""Making a call once more that failed in passing. The one retry after a 401 is another matter: see `_auth`."""

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

FINAL: Final = frozenset({501, 505, 506, 507, 508, 510, 511})
"""Those of 5xx that the same request gets again (RFC 9110, sections 15.6.2 and 15.6.6; RFC 2295, 4918, 2774, 6585)."""

BUDGET: Final = 60.0
"""Seconds after the first failure of a call in which it may be tried again."""

FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 5.0
JITTER: Final = 0.5
"""Seconds between two attempts, unless the server says how long: twice as many each time, and some by chance."""


class Retrying:
    """The further attempts at a call that has failed: `send` is what makes one.

    The first thing that they do is to fail as the call did, since waiting comes after a failure.
    """

    def __init__(self, failure: SDKError, retries: int) -> None:
        import tenacity  # noqa: PLC0415 - seldom needed

        self._failures = [failure]
        self._usual_wait = tenacity.wait_exponential(FIRST_WAIT, LONGEST_WAIT) + tenacity.wait_random(0, JITTER)
        self._options: dict[str, Any] = {
            "retry": tenacity.retry_if_exception(is_passing),
            "wait": self._wait,
            "stop": tenacity.stop_after_attempt(1 + retries) | tenacity.stop_before_delay(BUDGET),
            "before_sleep": _log,
            "reraise": True,
        }

    def run(self, send: Callable[[], T]) -> T:
        """Call `send` until it succeeds, or fails for good; raises its last error."""
        from tenacity import Retrying as Attempts  # noqa: PLC0415 - as above

        def attempt() -> T:
            self._fail_first()
            return send()

        return Attempts(**self._options)(attempt)

    async def run_async(self, send: Callable[[], Awaitable[T]]) -> T:
        """As `run`, without blocking the event loop, be it asyncio's or trio's."""
        from tenacity import AsyncRetrying as Attempts  # noqa: PLC0415 - as above

        async def attempt() -> T:
            self._fail_first()
            return await send()

        return await Attempts(sleep=anyio.sleep, **self._options)(attempt)

    def _fail_first(self) -> None:
        if self._failures:
            raise self._failures.pop()

    def _wait(self, attempts: RetryCallState) -> float:
        asked = getattr(_failure(attempts), "retry_after", None)
        return self._usual_wait(attempts) if asked is None else float(asked)


def _log(attempts: RetryCallState) -> None:
    wait = attempts.upcoming_sleep
    log.debug("trying again in %.1f s: %s", wait, _failure(attempts), extra={"event": "attempt_failed", "wait": wait})


def _failure(attempts: RetryCallState) -> BaseException | None:
    return None if attempts.outcome is None else attempts.outcome.exception()


def is_passing(error: BaseException) -> bool:
    """Whether an error may be gone at the next attempt."""
    if isinstance(error, APIError):
        status = error.status_code
        return status == HTTPStatus.TOO_MANY_REQUESTS or (
            status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in FINAL
        )
    return isinstance(error, TransportError) and error.is_passing


def may_repeat(request: httpx.Request, idempotency_header: str) -> bool:
    """Whether a request that may have reached the server can be sent once more without doing more harm than good."""
    return request.method in IDEMPOTENT_METHODS or idempotency_header in request.headers
