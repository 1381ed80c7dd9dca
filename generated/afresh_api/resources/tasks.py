# Written by scripts/generate from the description of the API: changes made here are lost.
"""The work to do."""

from __future__ import annotations

import builtins
import datetime
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Literal
from uuid import UUID

if TYPE_CHECKING:
    from ..models.activity import Activity
    from ..models.new_task import NewTask
    from ..models.task import Task
    from ..models.task_changes import TaskChanges
    from ..models.task_page import TaskPage
    from ..models.task_status import TaskStatus
    from ..operation import AsyncCaller, AsyncPages, AsyncStreamed, Caller, Pages, Streamed


class Tasks:
    """The work to do."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        status: TaskStatus | None = None,
        project_id: UUID | None = None,
        label: builtins.list[str] | None = None,
        due_before: datetime.date | None = None,
        updated_since: datetime.datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[TaskPage, Task]:
        """Tasks, page by page.

        Newest first. The answer names the cursor of the next page; on the last page it is null.

        Args:
            status: Only tasks in this status.
            project_id: Only tasks of this project.
            label: Only tasks that carry every one of these labels. At most 5 items.
            due_before: Only tasks due before this day.
            updated_since: Only tasks changed at or after this moment.
            limit: How many tasks a page holds at the most. From 1 to 100. The server's default is 20.
            cursor: Where the page starts, as the page before said. At most 200 characters.

        Returns:
            One page of tasks.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                400: The request makes no sense, for example a cursor that no page named.
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.tasks import list_tasks

        return self._caller.pages(
            list_tasks.OPERATION,
            self._caller.arguments(
                list_tasks.OPERATION,
                list_tasks.arguments,
                status=status,
                project_id=project_id,
                label=label,
                due_before=due_before,
                updated_since=updated_since,
                limit=limit,
                cursor=cursor,
            ),
            list_tasks.PAGING,
        )

    def create(self, body: NewTask, *, idempotency_key: str | None = None) -> Task:
        """Add a task.

        Args:
            idempotency_key: Two requests with the same key create one task. 1 to 100 characters. Must match
                `^[A-Za-z0-9_-]+$`.

        Returns:
            The task as it was stored.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                409: The request contradicts an earlier one.
                422: The request does not fit this description.
        """
        from ..api.tasks import create_task

        return self._caller.call(
            create_task.OPERATION,
            self._caller.arguments(
                create_task.OPERATION, create_task.arguments, body=body, idempotency_key=idempotency_key
            ),
        )

    def get(self, task_id: UUID) -> Task:
        """One task.

        Returns:
            The task.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import get_task

        return self._caller.call(
            get_task.OPERATION, self._caller.arguments(get_task.OPERATION, get_task.arguments, task_id=task_id)
        )

    def delete(self, task_id: UUID) -> None:
        """Remove a task and its attachments.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import delete_task

        return self._caller.call(
            delete_task.OPERATION, self._caller.arguments(delete_task.OPERATION, delete_task.arguments, task_id=task_id)
        )

    def update(self, task_id: UUID, body: TaskChanges) -> Task:
        """Change some fields of a task.

        Fields that are absent stay as they are; null empties a field that allows it.

        Returns:
            The task as it now is.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import update_task

        return self._caller.call(
            update_task.OPERATION,
            self._caller.arguments(update_task.OPERATION, update_task.arguments, task_id=task_id, body=body),
        )

    def list_activity(self, task_id: UUID) -> builtins.list[Activity]:
        """What happened to a task, oldest first.

        Returns:
            The events.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import list_task_activity

        return self._caller.call(
            list_task_activity.OPERATION,
            self._caller.arguments(list_task_activity.OPERATION, list_task_activity.arguments, task_id=task_id),
        )

    def watch(
        self, task_id: UUID, *, follow: Literal["false", "true"] | None = None
    ) -> AbstractContextManager[Streamed[Activity]]:
        """What happened to a task, and then what happens to it, until it is gone.

        Args:
            follow: Whether to wait for what happens next; else the stream ends with what has happened. The server's
                default is 'true'.

        Returns:
            The events.
            As a context manager over an iterator, which gives each of them as it arrives; its `events()`
            gives all that arrives, also what the description does not have.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import watch_task

        return self._caller.items(
            watch_task.OPERATION,
            self._caller.arguments(watch_task.OPERATION, watch_task.arguments, task_id=task_id, follow=follow),
            watch_task.STREAMING,
        )


class AsyncTasks:
    """The work to do."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        status: TaskStatus | None = None,
        project_id: UUID | None = None,
        label: builtins.list[str] | None = None,
        due_before: datetime.date | None = None,
        updated_since: datetime.datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[TaskPage, Task]:
        """Tasks, page by page.

        Newest first. The answer names the cursor of the next page; on the last page it is null.

        Args:
            status: Only tasks in this status.
            project_id: Only tasks of this project.
            label: Only tasks that carry every one of these labels. At most 5 items.
            due_before: Only tasks due before this day.
            updated_since: Only tasks changed at or after this moment.
            limit: How many tasks a page holds at the most. From 1 to 100. The server's default is 20.
            cursor: Where the page starts, as the page before said. At most 200 characters.

        Returns:
            One page of tasks.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                400: The request makes no sense, for example a cursor that no page named.
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.tasks import list_tasks

        return self._caller.pages(
            list_tasks.OPERATION,
            self._caller.arguments(
                list_tasks.OPERATION,
                list_tasks.arguments,
                status=status,
                project_id=project_id,
                label=label,
                due_before=due_before,
                updated_since=updated_since,
                limit=limit,
                cursor=cursor,
            ),
            list_tasks.PAGING,
        )

    async def create(self, body: NewTask, *, idempotency_key: str | None = None) -> Task:
        """Add a task.

        Args:
            idempotency_key: Two requests with the same key create one task. 1 to 100 characters. Must match
                `^[A-Za-z0-9_-]+$`.

        Returns:
            The task as it was stored.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                409: The request contradicts an earlier one.
                422: The request does not fit this description.
        """
        from ..api.tasks import create_task

        return await self._caller.call(
            create_task.OPERATION,
            self._caller.arguments(
                create_task.OPERATION, create_task.arguments, body=body, idempotency_key=idempotency_key
            ),
        )

    async def get(self, task_id: UUID) -> Task:
        """One task.

        Returns:
            The task.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import get_task

        return await self._caller.call(
            get_task.OPERATION, self._caller.arguments(get_task.OPERATION, get_task.arguments, task_id=task_id)
        )

    async def delete(self, task_id: UUID) -> None:
        """Remove a task and its attachments.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import delete_task

        return await self._caller.call(
            delete_task.OPERATION, self._caller.arguments(delete_task.OPERATION, delete_task.arguments, task_id=task_id)
        )

    async def update(self, task_id: UUID, body: TaskChanges) -> Task:
        """Change some fields of a task.

        Fields that are absent stay as they are; null empties a field that allows it.

        Returns:
            The task as it now is.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import update_task

        return await self._caller.call(
            update_task.OPERATION,
            self._caller.arguments(update_task.OPERATION, update_task.arguments, task_id=task_id, body=body),
        )

    async def list_activity(self, task_id: UUID) -> builtins.list[Activity]:
        """What happened to a task, oldest first.

        Returns:
            The events.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import list_task_activity

        return await self._caller.call(
            list_task_activity.OPERATION,
            self._caller.arguments(list_task_activity.OPERATION, list_task_activity.arguments, task_id=task_id),
        )

    def watch(
        self, task_id: UUID, *, follow: Literal["false", "true"] | None = None
    ) -> AbstractAsyncContextManager[AsyncStreamed[Activity]]:
        """What happened to a task, and then what happens to it, until it is gone.

        Args:
            follow: Whether to wait for what happens next; else the stream ends with what has happened. The server's
                default is 'true'.

        Returns:
            The events.
            As a context manager over an iterator, which gives each of them as it arrives; its `events()`
            gives all that arrives, also what the description does not have.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.tasks import watch_task

        return self._caller.items(
            watch_task.OPERATION,
            self._caller.arguments(watch_task.OPERATION, watch_task.arguments, task_id=task_id, follow=follow),
            watch_task.STREAMING,
        )
