# Written by scripts/generate from the description of the API: changes made here are lost.
"""Projects group tasks."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.project import Project
    from ..operation import AsyncCaller, Caller


class Projects:
    """Projects group tasks."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self) -> builtins.list[Project]:
        """All projects that the user may see.

        Returns:
            The projects, by name.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
        """
        from ..api.projects import list_projects

        return self._caller.call(list_projects.OPERATION, list_projects.arguments())


class AsyncProjects:
    """Projects group tasks."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list(self) -> builtins.list[Project]:
        """All projects that the user may see.

        Returns:
            The projects, by name.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
        """
        from ..api.projects import list_projects

        return await self._caller.call(list_projects.OPERATION, list_projects.arguments())
