# Written by scripts/generate from the description of the API: changes made here are lost.
"""Tasks, page by page.

Newest first. The answer names the cursor of the next page; on the last page it is null.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation, Paging
from ...paging import with_value
from ...types import Response
from ...values import UNREADABLE, expect, format_date, format_datetime, format_uuid, plain, plain_items

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.task import Task
    from ...models.task_page import TaskPage
    from ...models.task_status import TaskStatus
    from ...models.validation_problem import ValidationProblem


def arguments(
    *,
    status: TaskStatus | None = None,
    project_id: UUID | None = None,
    label: list[str] | None = None,
    due_before: datetime.date | None = None,
    updated_since: datetime.datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _params: dict[str, Any] = {}
    if status is not None:
        _params["status"] = plain(status)
    if project_id is not None:
        _params["projectId"] = format_uuid(project_id)
    if label is not None:
        _params["label"] = plain_items(label)
    if due_before is not None:
        _params["dueBefore"] = format_date(due_before)
    if updated_since is not None:
        _params["updatedSince"] = format_datetime(updated_since)
    if limit is not None:
        _params["limit"] = plain(limit)
    if cursor is not None:
        _params["cursor"] = plain(cursor)
    return {"method": "GET", "url": "/tasks", "params": _params}


def _parse(response: httpx.Response) -> TaskPage:
    return models.TaskPage.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {400, 401}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[TaskPage] = Operation(method="GET", path="/tasks", parse=_parse, parse_error=_parse_error)


def _items(page: TaskPage) -> Sequence[Task]:
    return page.items


def _following(page: TaskPage, response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
    cursor = page.next_cursor
    if not cursor:
        return None
    return with_value(arguments, "cursor", cursor)


PAGING: Paging[TaskPage, Task] = Paging(items=_items, following=_following)


def _response(client: Client, response: httpx.Response) -> Response[Problem | TaskPage | ValidationProblem]:
    parsed: Problem | TaskPage | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {400, 401, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    status: TaskStatus | None = None,
    project_id: UUID | None = None,
    label: list[str] | None = None,
    due_before: datetime.date | None = None,
    updated_since: datetime.datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Response[Problem | TaskPage | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(
        client,
        http_client.request(
            **client.request_arguments(
                arguments(
                    status=status,
                    project_id=project_id,
                    label=label,
                    due_before=due_before,
                    updated_since=updated_since,
                    limit=limit,
                    cursor=cursor,
                )
            )
        ),
    )


def sync(
    *,
    client: AuthenticatedClient,
    status: TaskStatus | None = None,
    project_id: UUID | None = None,
    label: list[str] | None = None,
    due_before: datetime.date | None = None,
    updated_since: datetime.datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Problem | TaskPage | ValidationProblem | None:
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
    """
    return sync_detailed(
        client=client,
        status=status,
        project_id=project_id,
        label=label,
        due_before=due_before,
        updated_since=updated_since,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    status: TaskStatus | None = None,
    project_id: UUID | None = None,
    label: list[str] | None = None,
    due_before: datetime.date | None = None,
    updated_since: datetime.datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Response[Problem | TaskPage | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(
        client,
        await http_client.request(
            **client.request_arguments(
                arguments(
                    status=status,
                    project_id=project_id,
                    label=label,
                    due_before=due_before,
                    updated_since=updated_since,
                    limit=limit,
                    cursor=cursor,
                )
            )
        ),
    )


async def asyncio(
    *,
    client: AuthenticatedClient,
    status: TaskStatus | None = None,
    project_id: UUID | None = None,
    label: list[str] | None = None,
    due_before: datetime.date | None = None,
    updated_since: datetime.datetime | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Problem | TaskPage | ValidationProblem | None:
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
    """
    return (
        await asyncio_detailed(
            client=client,
            status=status,
            project_id=project_id,
            label=label,
            due_before=due_before,
            updated_since=updated_since,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
