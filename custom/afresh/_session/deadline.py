"""The end of one token call, however the server draws it out: the name's look-up, the handshake, each byte."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .threads import OverdueError, within

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")


class Deadline:
    """Ends one call to a server after a number of seconds, whereas httpx's time-outs are for each of its parts.

    Args:
        seconds: How long the call may take.
        request: What the error names.
    """

    def __init__(self, seconds: float, request: httpx.Request) -> None:
        self._seconds = seconds
        self._request = request
        self._mutex = threading.Lock()
        self._is_over = False
        self._was_sent: bool | None = None  # unknown: a transport of the user's own may not tell

    def trace(self, event: str, _: dict[str, Any]) -> None:
        """Take the events of httpcore, as the request's extension `trace`. Nothing is sent once the time is over."""
        with self._mutex:
            is_sent_now = event.endswith("send_request_headers.started")
            if is_sent_now and self._is_over:
                raise OverdueError
            self._was_sent = self._was_sent or is_sent_now

    def run(self, call: Callable[[], T]) -> T:
        """Make the call, and give what it gives, or raise what it raises.

        Raises:
            httpx.ConnectTimeout: The time is over, and nothing was sent, nor will be.
            httpx.ReadTimeout: The time is over, and the server may have what was sent.
        """
        try:
            return within(self._seconds, call, name="afresh-token-call")
        except OverdueError:
            with self._mutex:
                self._is_over = True
                was_sent = self._was_sent
            kind = httpx.ConnectTimeout if was_sent is False else httpx.ReadTimeout
            raise kind(f"no end after {self._seconds:g} s", request=self._request) from None
