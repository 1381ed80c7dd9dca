# Written by scripts/generate from the description of the API: changes made here are lost.
"""Change some fields of a task.

Fields that are absent stay as they are; null empties a field that allows it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import UNREADABLE, checked, expect, path_segment

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.task import Task
    from ...models.task_changes import TaskChanges
    from ...models.validation_problem import ValidationProblem


def arguments(task_id: UUID, *, body: TaskChanges) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {
        "method": "PATCH",
        "url": "/tasks/" + path_segment(task_id),
        "json": checked(body, models.TaskChanges).to_dict(),
    }


def _parse(response: httpx.Response) -> Task:
    return models.Task.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 404}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[Task] = Operation(method="PATCH", path="/tasks/{taskId}", parse=_parse, parse_error=_parse_error)


def _response(client: Client, response: httpx.Response) -> Response[Problem | Task | ValidationProblem]:
    parsed: Problem | Task | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 404, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    task_id: UUID, *, client: AuthenticatedClient, body: TaskChanges
) -> Response[Problem | Task | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(task_id, body=body))))


def sync(task_id: UUID, *, client: AuthenticatedClient, body: TaskChanges) -> Problem | Task | ValidationProblem | None:
    """Change some fields of a task.

    Fields that are absent stay as they are; null empties a field that allows it.

    Returns:
        The task as it now is.
    """
    return sync_detailed(task_id, client=client, body=body).parsed


async def asyncio_detailed(
    task_id: UUID, *, client: AuthenticatedClient, body: TaskChanges
) -> Response[Problem | Task | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(task_id, body=body))))


async def asyncio(
    task_id: UUID, *, client: AuthenticatedClient, body: TaskChanges
) -> Problem | Task | ValidationProblem | None:
    """Change some fields of a task.

    Fields that are absent stay as they are; null empties a field that allows it.

    Returns:
        The task as it now is.
    """
    return (await asyncio_detailed(task_id, client=client, body=body)).parsed
