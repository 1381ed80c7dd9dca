"""Lists that come in pages, iterated whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from afresh_api.operation import Operation, Paging

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class Pager(Generic[PageT, ItemT]):
    """All items of a list, page after page; each iteration starts anew."""

    def __init__(
        self,
        call: Callable[[Operation[PageT], dict[str, Any]], PageT],
        operation: Operation[PageT],
        arguments: dict[str, Any],
        paging: Paging[PageT, ItemT],
    ) -> None:
        self._call = call
        self._operation = operation
        self._arguments = arguments
        self._paging = paging

    def __iter__(self) -> Iterator[ItemT]:
        """Iterate over the items."""
        for page in self.pages():
            yield from self._paging.items(page)

    def pages(self) -> Iterator[PageT]:
        """Iterate over the pages."""
        arguments: dict[str, Any] | None = self._arguments
        while arguments is not None:
            page = self._call(self._operation, arguments)
            yield page
            arguments = _following(self._operation, self._paging, page, arguments)


class AsyncPager(Generic[PageT, ItemT]):
    """All items of a list, page after page, for `async for`; each iteration starts anew."""

    def __init__(
        self,
        call: Callable[[Operation[PageT], dict[str, Any]], Awaitable[PageT]],
        operation: Operation[PageT],
        arguments: dict[str, Any],
        paging: Paging[PageT, ItemT],
    ) -> None:
        self._call = call
        self._operation = operation
        self._arguments = arguments
        self._paging = paging

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        """Iterate over the items."""
        async for page in self.pages():
            for item in self._paging.items(page):
                yield item

    async def pages(self) -> AsyncIterator[PageT]:
        """Iterate over the pages."""
        arguments: dict[str, Any] | None = self._arguments
        while arguments is not None:
            page = await self._call(self._operation, arguments)
            yield page
            arguments = _following(self._operation, self._paging, page, arguments)


def _following(
    operation: Operation[PageT], paging: Paging[PageT, ItemT], page: PageT, arguments: dict[str, Any]
) -> dict[str, Any] | None:
    following = paging.following(page, arguments)
    if following == arguments:
        raise DecodeError(
            "the server named the page that it had just given as the next one, which would never end.",
            method=operation.method,
            url=operation.path,
        )
    return following
