"""Iterates over lists that are returned in pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from afresh._errors import UNREADABLE, APIError, DecodeError, described
from afresh._http import httpx
from afresh_api.operation import Operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

    from afresh_api.operation import Paging

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")

PAST_THE_END: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})
"""The statuses of a request for a page after the last. 400 and 422 are not among them: some servers send these to
refuse to page further into a longer list, which would then silently be cut short."""


class Pager(Generic[PageT, ItemT]):
    """The items of a paged list. Each iteration starts at the first page."""

    def __init__(
        self,
        call: Callable[[Operation[tuple[PageT, httpx.Response]], dict[str, Any]], tuple[PageT, httpx.Response]],
        operation: Operation[PageT],
        arguments: dict[str, Any],
        paging: Paging[PageT, ItemT],
    ) -> None:
        self._call = call
        self._operation = _with_response(operation)
        self._arguments = arguments
        self._paging = paging

    def __iter__(self) -> Iterator[ItemT]:
        """Iterate over the items."""
        for page in self.pages():
            yield from self._paging.items(page)

    def pages(self) -> Iterator[PageT]:
        """Iterate over the pages."""
        cursor = _Cursor(self._paging, self._arguments)
        while (arguments := cursor.next_arguments()) is not None:
            try:
                page, response = self._call(self._operation, arguments)
            except APIError as error:
                if not cursor.ends_with(error):
                    raise
                return
            if _is_empty(response):
                return
            yield cursor.received(page, response)


class AsyncPager(Generic[PageT, ItemT]):
    """The items of a paged list, for `async for`. Each iteration starts at the first page."""

    def __init__(
        self,
        call: Callable[
            [Operation[tuple[PageT, httpx.Response]], dict[str, Any]], Awaitable[tuple[PageT, httpx.Response]]
        ],
        operation: Operation[PageT],
        arguments: dict[str, Any],
        paging: Paging[PageT, ItemT],
    ) -> None:
        self._call = call
        self._operation = _with_response(operation)
        self._arguments = arguments
        self._paging = paging

    def __aiter__(self) -> AsyncIterator[ItemT]:
        """Iterate over the items."""
        return _AsyncItems(self.pages(), self._paging.items)

    def pages(self) -> AsyncIterator[PageT]:
        """Iterate over the pages."""
        return _AsyncPages(self._call, self._operation, _Cursor(self._paging, self._arguments))


# Not an asynchronous generator: trio warns of one that is neither exhausted nor closed, as after a `break`.
class _AsyncPages(Generic[PageT, ItemT]):
    def __init__(
        self,
        call: Callable[
            [Operation[tuple[PageT, httpx.Response]], dict[str, Any]], Awaitable[tuple[PageT, httpx.Response]]
        ],
        operation: Operation[tuple[PageT, httpx.Response]],
        cursor: _Cursor[PageT, ItemT],
    ) -> None:
        self._call = call
        self._operation = operation
        self._cursor = cursor

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PageT:
        arguments = self._cursor.next_arguments()
        if arguments is None:
            raise StopAsyncIteration
        try:
            page, response = await self._call(self._operation, arguments)
        except APIError as error:
            if not self._cursor.ends_with(error):
                raise
            raise StopAsyncIteration from None
        if _is_empty(response):
            self._cursor.end()
            raise StopAsyncIteration
        return self._cursor.received(page, response)


class _AsyncItems(Generic[PageT, ItemT]):
    def __init__(self, pages: AsyncIterator[PageT], items: Callable[[PageT], Iterable[ItemT]]) -> None:
        self._pages = pages
        self._items = items
        self._remaining: Iterator[ItemT] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        while True:
            for item in self._remaining:
                return item
            self._remaining = iter(self._items(await anext(self._pages)))


def _with_response(operation: Operation[PageT]) -> Operation[tuple[PageT, httpx.Response]]:
    """Return the operation with a parser that also returns the response, whose headers may name the next page."""
    return Operation(
        method=operation.method,
        path=operation.path,
        parse=lambda response: (None if _is_empty(response) else operation.parse(response), response),  # type: ignore[arg-type, return-value]
        parse_error=operation.parse_error,
        idempotency_header=operation.idempotency_header,
    )


def _is_empty(response: httpx.Response) -> bool:
    """Whether a response has no page. Some servers return none after the last page, or for an empty list."""
    return response.status_code == HTTPStatus.NO_CONTENT


class _Cursor(Generic[PageT, ItemT]):
    """The state of one iteration. It detects servers with which the iteration would never end.

    If the server names the next page, the hashes of all requests are kept, to detect a cycle. If pages are counted, no
    request is repeated, but a server that ignores the count returns the same page again: the items of the last page are
    kept, to detect that. If the total is one of items while pages are counted, the list ends when all have been
    received.
    """

    def __init__(self, paging: Paging[PageT, ItemT], arguments: dict[str, Any]) -> None:
        self._paging = paging
        self._arguments: dict[str, Any] | None = arguments
        self._last: tuple[PageT, httpx.Response] | None = None
        self._seen = {hash(repr(arguments))}
        self._items: Sequence[ItemT] = ()
        self._received = 0
        self._may_end_with_error = False

    def received(self, page: PageT, response: httpx.Response) -> PageT:
        """Record a page, and return it."""
        self._last = page, response
        self._received += len(self._paging.items(page)) if self._paging.counts_items else 0
        return page

    def ends_with(self, error: APIError) -> bool:
        """End the iteration if an error means that the last page has been received, and return whether it does.

        It can only mean that if pages are counted and their number is unknown.
        """
        if error.status_code in PAST_THE_END and self._may_end_with_error:
            self.end()
            return True
        return False

    def end(self) -> None:
        """End the iteration."""
        self._arguments = None

    def next_arguments(self) -> dict[str, Any] | None:
        """Return the arguments of the request for the next page; None after the last page."""
        if self._last is not None and self._arguments is not None:
            page, response = self._last
            total = self._total(page, response)
            self._may_end_with_error = self._paging.is_counted and (total is None or self._paging.counts_items)
            is_last = self._paging.counts_items and total is not None and 0 < total <= self._received
            self._arguments = None if is_last else self._following(page, response, self._arguments)
            self._last = None
        return self._arguments

    def _following(self, page: PageT, response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
        try:
            following = self._paging.following(page, response, arguments)
        except (*UNREADABLE, httpx.InvalidURL) as error:
            raise DecodeError(f"the next page cannot be requested: {error}.", **described(response)) from None
        if following is None:
            return None
        if self._paging.is_counted:
            items = self._paging.items(page)
            is_repeated, self._items = items == self._items, items
        else:
            name = hash(repr(following))
            is_repeated = name in self._seen
            self._seen.add(name)
        if is_repeated:
            cause = (
                "returned the same page again" if self._paging.is_counted else "named an earlier page as the next one"
            )
            raise DecodeError(f"the list would never end: the server {cause}.", **described(response))
        return following

    def _total(self, page: PageT, response: httpx.Response) -> float | None:
        try:
            return self._paging.total(page, response) if self._paging.total else None
        except UNREADABLE:
            return None
