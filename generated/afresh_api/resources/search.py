# Written by scripts/generate from the description of the API: changes made here are lost.
"""Full-text search, rate-limited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.task import Task
    from ..operation import AsyncCaller, Caller


class Search:
    """Full-text search, rate-limited."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def tasks(self, *, q: str) -> list[Task]:
        """Tasks whose title or description holds a text.

        Rate-limited by user; an answer 429 says with Retry-After when to ask again.

        Args:
            q: The text to look for.

        Returns:
            The first tasks found, fifty at the most.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
                429: Too many requests.
        """
        from ..api.search import search_tasks

        return self._caller.call(search_tasks.OPERATION, search_tasks.arguments(q=q))


class AsyncSearch:
    """Full-text search, rate-limited."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def tasks(self, *, q: str) -> list[Task]:
        """Tasks whose title or description holds a text.

        Rate-limited by user; an answer 429 says with Retry-After when to ask again.

        Args:
            q: The text to look for.

        Returns:
            The first tasks found, fifty at the most.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
                429: Too many requests.
        """
        from ..api.search import search_tasks

        return await self._caller.call(search_tasks.OPERATION, search_tasks.arguments(q=q))
