# Written by scripts/generate from the description of the API: changes made here are lost.
"""Full-text search, rate-limited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.task import Task
    from ..operation import AsyncCaller, AsyncPages, Caller, Pages


class Search:
    """Full-text search, rate-limited."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def tasks(self, *, q: str, limit: int | None = None, page: int | None = None) -> Pages[list[Task], Task]:
        """Tasks whose title or description holds a text.

        Rate-limited by user; an answer 429 says with Retry-After when to ask again.

        Args:
            q: The text to look for. 1 to 100 characters.
            limit: How many tasks a page holds at the most. From 1 to 50. The server's default is 50.
            page: Which page; the answer links to the next one. From 1 to 1000000. The server's default is 1.

        Returns:
            One page of the tasks found, newest first.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
                429: Too many requests.
        """
        from ..api.search import search_tasks

        return self._caller.pages(
            search_tasks.OPERATION,
            self._caller.arguments(search_tasks.OPERATION, search_tasks.arguments, q=q, limit=limit, page=page),
            search_tasks.PAGING,
        )


class AsyncSearch:
    """Full-text search, rate-limited."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def tasks(self, *, q: str, limit: int | None = None, page: int | None = None) -> AsyncPages[list[Task], Task]:
        """Tasks whose title or description holds a text.

        Rate-limited by user; an answer 429 says with Retry-After when to ask again.

        Args:
            q: The text to look for. 1 to 100 characters.
            limit: How many tasks a page holds at the most. From 1 to 50. The server's default is 50.
            page: Which page; the answer links to the next one. From 1 to 1000000. The server's default is 1.

        Returns:
            One page of the tasks found, newest first.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
                429: Too many requests.
        """
        from ..api.search import search_tasks

        return self._caller.pages(
            search_tasks.OPERATION,
            self._caller.arguments(search_tasks.OPERATION, search_tasks.arguments, q=q, limit=limit, page=page),
            search_tasks.PAGING,
        )
