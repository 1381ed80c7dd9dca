# Written by scripts/generate from the description of the API: changes made here are lost.
"""Add a task."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import UNREADABLE, checked, expect, header_text

if TYPE_CHECKING:
    from ...models.new_task import NewTask
    from ...models.problem import Problem
    from ...models.task import Task
    from ...models.validation_problem import ValidationProblem


def arguments(*, body: NewTask, idempotency_key: str | None = None) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _headers: dict[str, str] = {}
    if idempotency_key is not None:
        _headers["Idempotency-Key"] = header_text(idempotency_key)
    return {"method": "POST", "url": "/tasks", "headers": _headers, "json": checked(body, models.NewTask).to_dict()}


def _parse(response: httpx.Response) -> Task:
    return models.Task.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 409}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[Task] = Operation(
    method="POST", path="/tasks", parse=_parse, parse_error=_parse_error, idempotency_header="Idempotency-Key"
)


def _response(client: Client, response: httpx.Response) -> Response[Problem | Task | ValidationProblem]:
    parsed: Problem | Task | ValidationProblem | None = None
    if response.status_code == 201:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 409, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    *, client: AuthenticatedClient, body: NewTask, idempotency_key: str | None = None
) -> Response[Problem | Task | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(
        client, http_client.request(**client.request_arguments(arguments(body=body, idempotency_key=idempotency_key)))
    )


def sync(
    *, client: AuthenticatedClient, body: NewTask, idempotency_key: str | None = None
) -> Problem | Task | ValidationProblem | None:
    """Add a task.

    Args:
        idempotency_key: Two requests with the same key create one task. 1 to 100 characters. Must match
            `^[A-Za-z0-9_-]+$`.

    Returns:
        The task as it was stored.
    """
    return sync_detailed(client=client, body=body, idempotency_key=idempotency_key).parsed


async def asyncio_detailed(
    *, client: AuthenticatedClient, body: NewTask, idempotency_key: str | None = None
) -> Response[Problem | Task | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(
        client,
        await http_client.request(**client.request_arguments(arguments(body=body, idempotency_key=idempotency_key))),
    )


async def asyncio(
    *, client: AuthenticatedClient, body: NewTask, idempotency_key: str | None = None
) -> Problem | Task | ValidationProblem | None:
    """Add a task.

    Args:
        idempotency_key: Two requests with the same key create one task. 1 to 100 characters. Must match
            `^[A-Za-z0-9_-]+$`.

    Returns:
        The task as it was stored.
    """
    return (await asyncio_detailed(client=client, body=body, idempotency_key=idempotency_key)).parsed
