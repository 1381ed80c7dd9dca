"""Calls a method for each of many items, with several calls at once: `bulk(api.books.get, book_ids)`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, overload

from afresh._errors import InvalidArgument
from afresh_api.errors import kind

from .outcomes import Bulk, Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator

    from afresh._calls.transfers import Progress

    from .tasks import TaskResults
    from .threads import ThreadResults

ItemT = TypeVar("ItemT")
T = TypeVar("T")

AT_ONCE: Final = 10
"""The default number of calls at once."""


# The overloads for coroutines overlap with the others, which would fit any method: the first one that fits counts.
@overload
def bulk(  # type: ignore[overload-overlap]
    method: Callable[[ItemT], Awaitable[T]],
    items: Iterable[ItemT] | AsyncIterable[ItemT],
    /,
    *,
    at_once: int = ...,
    ordered: bool = ...,
    errors: Literal["raise"] = ...,
    progress: Progress | None = ...,
) -> AbstractAsyncContextManager[AsyncIterator[T]]: ...
@overload
def bulk(  # type: ignore[overload-overlap]
    method: Callable[[ItemT], Awaitable[T]],
    items: Iterable[ItemT] | AsyncIterable[ItemT],
    /,
    *,
    at_once: int = ...,
    ordered: bool = ...,
    errors: Literal["return"],
    progress: Progress | None = ...,
) -> AbstractAsyncContextManager[AsyncIterator[Outcome[ItemT, T]]]: ...
@overload
def bulk(
    method: Callable[[ItemT], T],
    items: Iterable[ItemT],
    /,
    *,
    at_once: int = ...,
    ordered: bool = ...,
    errors: Literal["raise"] = ...,
    progress: Progress | None = ...,
) -> AbstractContextManager[Iterator[T]]: ...
@overload
def bulk(
    method: Callable[[ItemT], T],
    items: Iterable[ItemT],
    /,
    *,
    at_once: int = ...,
    ordered: bool = ...,
    errors: Literal["return"],
    progress: Progress | None = ...,
) -> AbstractContextManager[Iterator[Outcome[ItemT, T]]]: ...
def bulk(
    method: Callable[[Any], Any],
    items: Any,
    /,
    *,
    at_once: int = AT_ONCE,
    ordered: bool = True,
    errors: Literal["raise", "return"] = "raise",
    progress: Progress | None = None,
) -> Any:
    """Call a method for each item, with several calls at once.

        with bulk(api.books.get, book_ids, at_once=20) as books:
            for book in books:
                print(book.title)

    The methods of a `Client` are called in threads; those of an `AsyncClient` in tasks, with `async with` and
    `async for`. Nothing is called before the iteration begins, and nothing goes on after the block, however it is left:
    calls that have been sent are cancelled in tasks, and waited for in threads.

    The items are read as they are needed: never more than `at_once` have been read whose results were not given yet.

    If an answer has Retry-After (RFC 9110, section 10.2.3), no call of the bulk is sent before that time, and fewer at
    once after it.

    Args:
        method: What to call with each item: a method such as `api.books.get`, or a function of your own, such as a
            lambda that gives several arguments or makes several calls.
        items: Any iterable, also a generator or a list of the API that has several pages. With `async with`, it can be
            asynchronous.
        at_once: The maximum number of calls at once. The clients have 100 connections.
        ordered: Whether the results come in the order of the items, rather than as the calls end.
        errors: `"raise"`: after the first error, no other call is started. The error is raised, with a note that says
            which item it belongs to, when the results before it were given. `"return"`: the iterator gives an `Outcome`
            for each item, and goes on.
        progress: Called with the number of results given so far, and the total number if `items` has a length.

    Returns:
        A context manager over an iterator.

    Raises:
        InvalidArgument: An argument has the wrong type.
    """
    if not callable(method):
        raise _refusal("method", "a function", method)
    if not hasattr(items, "__iter__") and not hasattr(items, "__aiter__"):
        raise _refusal("items", "an iterable", items)
    if type(at_once) is not int or at_once < 1:
        raise InvalidArgument(f"`at_once` must be a whole number, 1 or more, not {at_once!r}.", argument="at_once")
    if errors not in {"raise", "return"}:
        raise InvalidArgument(f"`errors` must be 'raise' or 'return', not {errors!r}.", argument="errors")
    return _Opening(Bulk(method, items, at_once, ordered, errors == "return", progress))


class _Opening(AbstractContextManager[Any], AbstractAsyncContextManager[Any]):
    """A context manager of either kind, over the results in threads or in tasks."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._results: Any = None

    def __enter__(self) -> ThreadResults:
        from .threads import ThreadResults  # noqa: PLC0415 - seldom needed

        if not hasattr(self._bulk.items, "__iter__"):
            raise InvalidArgument(
                "`items` is asynchronous: use the bulk with `async with` and `async for`.", argument="items"
            )
        self._results = results = ThreadResults(self._bulk)
        return results

    def __exit__(self, *_: object) -> None:
        self._results.close()

    async def __aenter__(self) -> TaskResults:
        from .tasks import TaskResults  # noqa: PLC0415 - seldom needed

        self._results = results = TaskResults(self._bulk)
        await results.open()
        return results

    async def __aexit__(self, *error: object) -> None:
        await self._results.close(*error)


def _refusal(argument: str, expected: str, value: object) -> InvalidArgument:
    return InvalidArgument(f"`{argument}` must be {expected}, not {kind(value)}.", argument=argument)
