"""The calls of a bulk in threads, for `Client`."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from inspect import iscoroutine
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from afresh._calls.pacing import TURN, Pace, Turn
from afresh._errors import ClosedError, InvalidArgument

from .outcomes import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from .outcomes import Bulk

THREAD: Final = "afresh-bulk"
"""How the names of the threads begin."""


@frozen(eq=False)
class _Call:
    number: int
    item: Any
    future: Future[Any]


class ThreadResults:
    """An iterator over what comes of the items. The items are read, and results are given, in the caller's thread.

    No more items are under way, or have ended and wait for the caller, than may be called at once.
    """

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._items: Iterator[Any] | None = iter(bulk.items)
        self._pace = Pace(bulk.at_once)
        self._delivery = Delivery(bulk)
        self._executor = ThreadPoolExecutor(bulk.at_once, thread_name_prefix=THREAD)
        self._source_error: BaseException | None = None
        self._has_failed = False
        self._started = 0
        self._pending: deque[_Call] = deque()
        self._ended: SimpleQueue[_Call] = SimpleQueue()
        self._is_closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._is_closed:
            raise ClosedError("the bulk has ended: iterate over its results within its `with` block.")
        while len(self._pending) < self._bulk.at_once and self._items is not None and not self._has_failed:
            self._start_next(self._items)
        if not self._pending:
            error, self._source_error = self._source_error, None
            raise StopIteration if error is None else error
        call = self._next_ended()
        try:
            value, error = call.future.result(), None
        except BaseException as raised:  # noqa: BLE001 - delivered or raised as the caller asks
            value, error = None, raised
        return self._delivery.deliver(call.number, call.item, value, error)

    def close(self) -> None:
        """End the bulk. Calls that have been sent are waited for, and no other is sent."""
        self._is_closed = True
        self._pace.stop()
        self._executor.shutdown(cancel_futures=True)

    def _start_next(self, items: Iterator[Any]) -> None:
        try:
            item = next(items)
        except StopIteration:
            self._items = None
            return
        except Exception as error:  # noqa: BLE001 - raised when the results of the items before it were given
            self._items, self._source_error = None, error
            return
        turn = Turn(self._pace, self._started)
        call = _Call(self._started, item, self._executor.submit(copy_context().run, self._call, turn, item))
        self._started += 1
        self._pending.append(call)
        if not self._bulk.ordered:
            call.future.add_done_callback(lambda _: self._ended.put(call))

    def _next_ended(self) -> _Call:
        if self._bulk.ordered:
            call = self._pending[0]
            call.future.exception()  # waits; if interrupted, the call is still pending
            return self._pending.popleft()
        call = self._ended.get()
        self._pending.remove(call)
        return call

    def _call(self, turn: Turn, item: Any) -> Any:
        TURN.set(turn)
        try:
            return self._called(item)
        except BaseException:
            self._has_failed = not self._bulk.returns_errors
            raise
        finally:
            turn.end()

    def _called(self, item: Any) -> Any:
        value = self._bulk.method(item)
        if iscoroutine(value):
            value.close()
            raise InvalidArgument(
                "`method` is asynchronous: use the bulk with `async with` and `async for`.", argument="method"
            )
        return value
