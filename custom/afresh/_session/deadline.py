"""The total time limit of a token call, from DNS look-up to the last byte of the response."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .threads import OverdueError, run_within

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")


class Deadline:
    """Limits the total time of one call, while httpx's time-outs limit each of its parts.

    Args:
        seconds: The time limit.
        request: The request that the error names.
    """

    def __init__(self, seconds: float, request: httpx.Request) -> None:
        self._seconds = seconds
        self._request = request
        self._mutex = threading.Lock()
        self._is_over = False
        self._was_sent: bool | None = None  # unknown: a user's own transport may not report it

    def trace(self, event: str, _: dict[str, Any]) -> None:
        """Handle httpcore's events, as the request extension `trace`. Nothing is sent after the time limit."""
        with self._mutex:
            is_sent_now = event.endswith("send_request_headers.started")
            if is_sent_now and self._is_over:
                raise OverdueError
            self._was_sent = self._was_sent or is_sent_now

    def run(self, call: Callable[[], T]) -> T:
        """Make the call, and return its result or raise its error.

        Raises:
            httpx.ConnectTimeout: The time limit is over. Nothing was sent, nor will be.
            httpx.ReadTimeout: The time limit is over. The server may have received the request.
        """
        try:
            return run_within(self._seconds, call, name="afresh-token-call")
        except OverdueError:
            with self._mutex:
                self._is_over = True
                was_sent = self._was_sent
            kind = httpx.ConnectTimeout if was_sent is False else httpx.ReadTimeout
            raise kind(f"no complete response after {self._seconds:g} s", request=self._request) from None
