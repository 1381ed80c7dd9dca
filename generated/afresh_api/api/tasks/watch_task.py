# Written by scripts/generate from the description of the API: changes made here are lost.
"""What happened to a task, and then what happens to it, until it is gone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

import httpx

from ... import models
from ...base_model import BaseModel
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation, Streaming
from ...types import Response
from ...values import UNREADABLE, expect, path_segment, plain

if TYPE_CHECKING:
    from ...models.activity import Activity
    from ...models.problem import Problem
    from ...models.validation_problem import ValidationProblem


def arguments(task_id: UUID, *, follow: Literal["false", "true"] | None = None) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _params: dict[str, Any] = {}
    if follow is not None:
        _params["follow"] = plain(follow)
    _headers: dict[str, str] = {"Accept": "text/event-stream"}

    return {
        "method": "GET",
        "url": "/tasks/" + path_segment(task_id) + "/activity/events",
        "params": _params,
        "headers": _headers,
    }


def _read_activity(data: Any) -> Activity:
    match data["kind"]:
        case "file_attached":
            return models.FileAttached.from_dict(data)
        case "status_changed":
            return models.StatusChanged.from_dict(data)
        case "task_created":
            return models.TaskCreated.from_dict(data)
        case _:
            # A kind that the API has since learnt: all that it holds passes through as it is.
            return cast("Activity", BaseModel.from_dict(data))


def _parse(response: httpx.Response) -> str:
    return response.text


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 404}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[str] = Operation(
    method="GET", path="/tasks/{taskId}/activity/events", parse=_parse, parse_error=_parse_error
)


def _item(data: Any) -> Activity:
    return _read_activity(data)


STREAMING: Streaming[Activity] = Streaming(media_type="text/event-stream", framing="events", parse=_item)


def _response(client: Client, response: httpx.Response) -> Response[Problem | str | ValidationProblem]:
    parsed: Problem | str | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 404, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    task_id: UUID, *, client: AuthenticatedClient, follow: Literal["false", "true"] | None = None
) -> Response[Problem | str | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(task_id, follow=follow))))


def sync(
    task_id: UUID, *, client: AuthenticatedClient, follow: Literal["false", "true"] | None = None
) -> Problem | str | ValidationProblem | None:
    """What happened to a task, and then what happens to it, until it is gone.

    Args:
        follow: Whether to wait for what happens next; else the stream ends with what has happened. The server's default
            is 'true'.

    Returns:
        The events.
    """
    return sync_detailed(task_id, client=client, follow=follow).parsed


async def asyncio_detailed(
    task_id: UUID, *, client: AuthenticatedClient, follow: Literal["false", "true"] | None = None
) -> Response[Problem | str | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(task_id, follow=follow))))


async def asyncio(
    task_id: UUID, *, client: AuthenticatedClient, follow: Literal["false", "true"] | None = None
) -> Problem | str | ValidationProblem | None:
    """What happened to a task, and then what happens to it, until it is gone.

    Args:
        follow: Whether to wait for what happens next; else the stream ends with what has happened. The server's default
            is 'true'.

    Returns:
        The events.
    """
    return (await asyncio_detailed(task_id, client=client, follow=follow)).parsed
