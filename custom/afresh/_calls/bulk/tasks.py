"""The calls of a bulk in tasks, for `AsyncClient`, on asyncio and trio."""

from __future__ import annotations

from collections import deque
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Self

import anyio
from attrs import frozen

from afresh._calls.pacing import TURN, Pace, Turn
from afresh._errors import ClosedError, InvalidArgument

from .outcomes import Delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Iterator

    from .outcomes import Bulk


@frozen(eq=False)
class _Ended:
    item: Any
    value: Any
    error: BaseException | None


class TaskResults:
    """An asynchronous iterator over what comes of the items. They are read in a task of their own.

    No more items are under way, or have ended and wait for the caller, than may be called at once.
    """

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._pace = Pace(bulk.at_once)
        self._delivery = Delivery(bulk)
        self._tasks = anyio.create_task_group()
        self._room = anyio.Semaphore(bulk.at_once)
        self._source_error: BaseException | None = None
        self._is_read = self._is_closed = self._has_failed = False
        self._started = self._delivered = 0
        self._ended: dict[int, _Ended] = {}
        self._order: deque[int] = deque()
        self._change = anyio.Event()
        self._is_reading = False

    async def open(self) -> None:
        """Open the group of the tasks."""
        await self._tasks.__aenter__()

    async def close(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        """Cancel what is under way, and wait for its end."""
        self._is_closed = True
        self._tasks.cancel_scope.cancel()
        if isinstance(error, Exception):  # the group would wrap it
            await self._tasks.__aexit__(None, None, None)
        else:
            await self._tasks.__aexit__(kind, error, traceback)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._is_closed:
            raise ClosedError("the bulk has ended: iterate over its results within its `async with` block.")
        if not self._is_reading:
            self._is_reading = True
            self._tasks.start_soon(self._read)
        while (number := self._next_ended()) is None:
            if self._is_read and self._started == self._delivered:
                error, self._source_error = self._source_error, None
                raise StopAsyncIteration if error is None else error
            await self._change.wait()
        ended = self._ended.pop(number)
        self._delivered += 1
        self._room.release()
        return self._delivery.deliver(number, ended.item, ended.value, ended.error)

    def _next_ended(self) -> int | None:
        if self._bulk.ordered:
            return self._delivered if self._delivered in self._ended else None
        return self._order.popleft() if self._order else None

    async def _read(self) -> None:
        given = self._bulk.items
        items: AsyncIterable[Any] = given if hasattr(given, "__aiter__") else _AsyncItems(iter(given))
        await self._room.acquire()
        try:
            async for item in items:
                self._tasks.start_soon(self._call, self._started, item)
                self._started += 1
                await self._room.acquire()
                if self._has_failed:
                    break
        except Exception as error:  # noqa: BLE001 - raised when the results of the items before it were given
            self._source_error = error
        self._is_read = True
        self._notify()

    async def _call(self, number: int, item: Any) -> None:
        turn = Turn(self._pace, number)
        TURN.set(turn)
        value: Any = None
        failure: BaseException | None = None
        try:
            value = await self._called(item)
        except Exception as error:  # noqa: BLE001 - delivered or raised as the caller asks
            failure = error
        except BaseException as error:
            failure = error  # for a caller that is not cancelled itself
            raise
        finally:
            turn.end()
            self._has_failed |= failure is not None and not self._bulk.returns_errors
            self._ended[number] = _Ended(item, value, failure)
            self._order.append(number)
            self._notify()

    def _called(self, item: Any) -> Awaitable[Any]:
        called = self._bulk.method(item)
        if isawaitable(called):
            return called
        raise InvalidArgument("`method` is not asynchronous: use the bulk with `with` and `for`.", argument="method")

    def _notify(self) -> None:
        self._change.set()
        self._change = anyio.Event()


class _AsyncItems:
    """The items of a plain iterable. It is no asynchronous generator: see `AsyncPager`."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        for item in self._items:
            return item
        raise StopAsyncIteration
