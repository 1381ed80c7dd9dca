"""When the calls of a bulk are sent: an answer with Retry-After (RFC 9110, section 10.2.3) holds back all of them.

After the wait, fewer calls go at once: each refusal halves their number, also a 429 without Retry-After, and each call
that gets through adds one, up to the bound of the bulk. The call that was started first goes first, so that none is
refused again and again while later ones get through.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from attrs import define

from afresh._errors import RateLimited
from afresh._session.threads import task_waiter, thread_waiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh._errors import APIError

log = logging.getLogger("afresh")


class StoppedError(BaseException):
    """The bulk has ended, so that nothing more of it is sent. It is no `Exception`, which a caller may handle."""


class Pace:
    """What the calls of one bulk know of each other, for threads and tasks.

    Args:
        at_once: How many calls may be under way.
    """

    def __init__(self, at_once: int) -> None:
        self._mutex = threading.Lock()
        self._bound: Final = at_once
        self._allowed = at_once
        self._under_way = 0
        self._opens_at = 0.0
        self._waiting: set[_Waiting] = set()
        self._is_over = False

    def stop(self) -> None:
        """Send nothing more: whatever waits for its turn raises `StoppedError`."""
        with self._mutex:
            self._is_over = True
            self._wake()

    def hold(self, seconds: float) -> None:
        """Send nothing for a time, and less at once after it."""
        with self._mutex:
            self._opens_at = max(self._opens_at, time.monotonic() + seconds)
            self._allowed = max(1, self._allowed // 2)

    def take(self, turn: Turn, waiting: _Waiting) -> float:
        """Give a turn if it is time for it.

        Returns:
            0 if the turn was taken; else the seconds until it is worth asking again, unless it is woken before.
        """
        with self._mutex:
            if self._is_over or turn.is_over:
                raise StoppedError
            now = time.monotonic()
            self._waiting.add(waiting)
            opens_at = max(self._opens_at, waiting.ready_at)
            if now < opens_at:
                return opens_at - now
            if not turn.is_taken:
                is_first = all(other.number >= waiting.number or other.ready_at > now for other in self._waiting)
                if self._under_way >= self._allowed or not is_first:
                    return math.inf
                turn.is_taken = True
                self._under_way += 1
            return 0

    def leave(self, waiting: _Waiting) -> None:
        """Wait no longer."""
        with self._mutex:
            self._waiting.discard(waiting)
            self._wake()

    def give_back(self, turn: Turn, *, got_through: bool, is_over: bool) -> None:
        """Let another call have the turn."""
        with self._mutex:
            turn.is_over = is_over
            if got_through:
                self._allowed = min(self._bound, self._allowed + 1)
            if turn.is_taken:
                turn.is_taken = False
                self._under_way -= 1
            self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            waiting.wake()


@define(eq=False)
class _Waiting:
    """A call that waits for its turn.

    Attributes:
        number: The place of its item in the input.
        ready_at: When it may be sent by its own backoff, on the monotonic clock.
        wake: Wakes it.
    """

    number: int
    ready_at: float
    wake: Callable[[], object] = bool  # it does not wait yet


class Turn:
    """The turn of one item of a bulk.

    It is taken when the item's first call is sent, and given back while a retry waits.
    """

    def __init__(self, pace: Pace, number: int) -> None:
        self._pace = pace
        self._number = number
        self._was_refused = False
        self.is_taken = False
        self.is_over = False

    def begin(self, ready_at: float = 0) -> None:
        """Wait until a call may be sent, but not before `ready_at`, on the monotonic clock.

        Raises:
            StoppedError: The bulk, or this item, has ended.
        """
        waiting = _Waiting(self._number, ready_at)
        try:
            if not self._pace.take(self, waiting):
                return
            waiting.wake, wait = thread_waiter()
            while seconds := self._pace.take(self, waiting):
                wait(min(seconds, threading.TIMEOUT_MAX))
                waiting.wake, wait = thread_waiter()
        finally:
            self._pace.leave(waiting)

    async def begin_async(self, ready_at: float = 0) -> None:
        """As `begin`, in a task."""
        waiting = _Waiting(self._number, ready_at)
        try:
            if not self._pace.take(self, waiting):
                return
            waiting.wake, wait = task_waiter()
            while seconds := self._pace.take(self, waiting):
                await wait(seconds)
                waiting.wake, wait = task_waiter()
        finally:
            self._pace.leave(waiting)

    def pause(self, seconds: float) -> None:
        """Wait before a retry, while another call has the turn."""
        self._give_back()
        self.begin(time.monotonic() + seconds)

    async def pause_async(self, seconds: float) -> None:
        """As `pause`, in a task."""
        self._give_back()
        await self.begin_async(time.monotonic() + seconds)

    def refuse(self, seconds: float) -> None:
        """Hold back the calls of the bulk: the server has refused this one, and asks to wait."""
        self._was_refused = True
        self._pace.hold(seconds)
        log.info("the calls of the bulk wait %.1f s, as the server asks", seconds, extra={"event": "bulk_held"})

    def end(self) -> None:
        """End the item. Nothing of it is sent any more, even by a thread that goes on."""
        self._pace.give_back(self, got_through=not self._was_refused, is_over=True)

    def _give_back(self) -> None:
        self._pace.give_back(self, got_through=False, is_over=False)
        self._was_refused = False


TURN: Final[ContextVar[Turn | None]] = ContextVar("afresh_turn", default=None)
"""The turn of the item that the calls in this context belong to; None outside of a bulk."""


def begin_turn() -> None:
    """Wait for the turn of a call that belongs to a bulk."""
    if (turn := TURN.get()) is not None:
        turn.begin()


async def begin_turn_async() -> None:
    """As `begin_turn`, in a task."""
    if (turn := TURN.get()) is not None:
        await turn.begin_async()


def held_back(error: APIError) -> APIError:
    """Hold back the bulk that a call belongs to, if the error's answer is 429 or has Retry-After. Return the error."""
    turn = TURN.get()
    if turn is not None and (isinstance(error, RateLimited) or error.retry_after is not None):
        turn.refuse(error.retry_after or 0.0)
    return error
