# Written by scripts/generate from the description of the API: changes made here are lost.
"""Projects group tasks."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.project import Project
    from ..operation import AsyncCaller, AsyncPages, Caller, Pages


class Projects:
    """Projects group tasks."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, *, page: int | None = None, per_page: int | None = None) -> Pages[builtins.list[Project], Project]:
        """All projects that the user may see, page by page.

        Args:
            page: Which page. From 1 to 1000000. The server's default is 1.
            per_page: How many projects a page holds at the most. From 1 to 100. The server's default is 20.

        Returns:
            One page of projects, by name.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.projects import list_projects

        return self._caller.pages(
            list_projects.OPERATION,
            self._caller.arguments(list_projects.OPERATION, list_projects.arguments, page=page, per_page=per_page),
            list_projects.PAGING,
        )


class AsyncProjects:
    """Projects group tasks."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def list(
        self, *, page: int | None = None, per_page: int | None = None
    ) -> AsyncPages[builtins.list[Project], Project]:
        """All projects that the user may see, page by page.

        Args:
            page: Which page. From 1 to 1000000. The server's default is 1.
            per_page: How many projects a page holds at the most. From 1 to 100. The server's default is 20.

        Returns:
            One page of projects, by name.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.projects import list_projects

        return self._caller.pages(
            list_projects.OPERATION,
            self._caller.arguments(list_projects.OPERATION, list_projects.arguments, page=page, per_page=per_page),
            list_projects.PAGING,
        )
