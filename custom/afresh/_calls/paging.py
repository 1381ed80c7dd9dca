"""Lists that come in pages, iterated whole."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

import httpx

from afresh._errors import UNREADABLE, APIError, DecodeError, described
from afresh_api.operation import Operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

    from afresh_api.operation import Paging

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")

PAST_THE_END: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})
"""What servers answer to a page after the last. Not 400 or 422: by these they also say that they go no further into a
list that is longer, and it would end too early without a word."""


class Pager(Generic[PageT, ItemT]):
    """All items of a list, page after page; each iteration starts anew."""

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
            yield cursor.arrived(page, response)


class AsyncPager(Generic[PageT, ItemT]):
    """All items of a list, page after page, for `async for`; each iteration starts anew."""

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


# Generators would do, but trio warns of those that are left before their end: nobody thinks of closing them.
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
        return self._cursor.arrived(page, response)


class _AsyncItems(Generic[PageT, ItemT]):
    def __init__(self, pages: AsyncIterator[PageT], items: Callable[[PageT], Iterable[ItemT]]) -> None:
        self._pages = pages
        self._items = items
        self._left: Iterator[ItemT] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        while True:
            for item in self._left:
                return item
            self._left = iter(self._items(await anext(self._pages)))


def _with_response(operation: Operation[PageT]) -> Operation[tuple[PageT, httpx.Response]]:
    """Return the operation so that it gives the answer with the page: its headers may say what is next."""
    return Operation(
        method=operation.method,
        path=operation.path,
        parse=lambda response: (None if _is_empty(response) else operation.parse(response), response),  # type: ignore[arg-type, return-value]
        parse_error=operation.parse_error,
        idempotency_header=operation.idempotency_header,
    )


def _is_empty(response: httpx.Response) -> bool:
    """Whether an answer has no page at all, which some servers give after the last one, or for an empty list."""
    return response.status_code == HTTPStatus.NO_CONTENT


class _Cursor(Generic[PageT, ItemT]):
    """One iteration, which must come to an end.

    It remembers a number for each page that was named. Where requests count on by themselves, none is the same twice,
    but a server that takes no notice gives the same page again and again: there it remembers the last one's items.
    """

    def __init__(self, paging: Paging[PageT, ItemT], arguments: dict[str, Any]) -> None:
        self._paging = paging
        self._arguments: dict[str, Any] | None = arguments
        self._last: tuple[PageT, httpx.Response] | None = None
        self._named = {hash(repr(arguments))}
        self._items: Sequence[ItemT] = ()
        self._is_past_unknown_total = False

    def arrived(self, page: PageT, response: httpx.Response) -> PageT:
        """Note and give the page that was asked for."""
        self._last = page, response
        return page

    def ends_with(self, error: APIError) -> bool:
        """End where an error says that the page before it was the last: of those that are counted without a total."""
        if error.status_code in PAST_THE_END and self._is_past_unknown_total:
            self.end()
            return True
        return False

    def end(self) -> None:
        """Ask for no more pages."""
        self._arguments = None

    def next_arguments(self) -> dict[str, Any] | None:
        """Give what asks for the next page; None after the last."""
        if self._last is not None and self._arguments is not None:
            page, response = self._last
            self._is_past_unknown_total = self._paging.is_counted and self._total(page, response) is None
            self._arguments = self._following(page, response, self._arguments)
            self._last = None
        return self._arguments

    def _following(self, page: PageT, response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
        try:
            following = self._paging.following(page, response, arguments)
        except (*UNREADABLE, httpx.InvalidURL) as error:
            raise DecodeError(f"the next page cannot be asked for: {error}.", **described(response)) from None
        if following is None:
            return None
        if self._paging.is_counted:
            items = self._paging.items(page)
            is_again, self._items = items == self._items, items
        else:
            name = hash(repr(following))
            is_again = name in self._named
            self._named.add(name)
        if is_again:
            what = "gave the same page again" if self._paging.is_counted else "named a page that it had given before"
            raise DecodeError(f"the server {what} as the next one, which would never end.", **described(response))
        return following

    def _total(self, page: PageT, response: httpx.Response) -> float | None:
        try:
            return self._paging.total(page, response) if self._paging.total else None
        except UNREADABLE:
            return None
