# Written by scripts/generate from the description of the API: changes made here are lost.
"""Attach a file to a task."""

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
from ...styles import multipart
from ...types import Response
from ...values import UNREADABLE, checked, expect, path_segment

if TYPE_CHECKING:
    from ...models.attachment import Attachment
    from ...models.new_attachment import NewAttachment
    from ...models.problem import Problem
    from ...models.validation_problem import ValidationProblem


def arguments(task_id: UUID, *, body: NewAttachment) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {
        "method": "POST",
        "url": "/tasks/" + path_segment(task_id) + "/attachments",
        "files": multipart(checked(body, models.NewAttachment).to_dict(), {}),
    }


def _parse(response: httpx.Response) -> Attachment:
    return models.Attachment.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 404}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[Attachment] = Operation(
    method="POST", path="/tasks/{taskId}/attachments", parse=_parse, parse_error=_parse_error
)


def _response(client: Client, response: httpx.Response) -> Response[Attachment | Problem | ValidationProblem]:
    parsed: Attachment | Problem | ValidationProblem | None = None
    if response.status_code == 201:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 404, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    task_id: UUID, *, client: AuthenticatedClient, body: NewAttachment
) -> Response[Attachment | Problem | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(task_id, body=body))))


def sync(
    task_id: UUID, *, client: AuthenticatedClient, body: NewAttachment
) -> Attachment | Problem | ValidationProblem | None:
    """Attach a file to a task.

    Returns:
        The attachment as it was stored.
    """
    return sync_detailed(task_id, client=client, body=body).parsed


async def asyncio_detailed(
    task_id: UUID, *, client: AuthenticatedClient, body: NewAttachment
) -> Response[Attachment | Problem | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(task_id, body=body))))


async def asyncio(
    task_id: UUID, *, client: AuthenticatedClient, body: NewAttachment
) -> Attachment | Problem | ValidationProblem | None:
    """Attach a file to a task.

    Returns:
        The attachment as it was stored.
    """
    return (await asyncio_detailed(task_id, client=client, body=body)).parsed
