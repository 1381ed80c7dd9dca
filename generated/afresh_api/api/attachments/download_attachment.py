# Written by scripts/generate from the description of the API: changes made here are lost.
"""The bytes of an attachment."""

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
from ...types import File, Response
from ...values import UNREADABLE, expect, file_from_bytes, path_segment

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.validation_problem import ValidationProblem


def arguments(attachment_id: UUID) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {"method": "GET", "url": "/attachments/" + path_segment(attachment_id) + "/content"}


def _parse(response: httpx.Response) -> File:
    return file_from_bytes(response.content)


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 404}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[File] = Operation(
    method="GET", path="/attachments/{attachmentId}/content", parse=_parse, parse_error=_parse_error
)


def _response(client: Client, response: httpx.Response) -> Response[File | Problem | ValidationProblem]:
    parsed: File | Problem | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 404, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(attachment_id: UUID, *, client: AuthenticatedClient) -> Response[File | Problem | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(attachment_id))))


def sync(attachment_id: UUID, *, client: AuthenticatedClient) -> File | Problem | ValidationProblem | None:
    """The bytes of an attachment.

    Returns:
        The file as it was uploaded.
    """
    return sync_detailed(attachment_id, client=client).parsed


async def asyncio_detailed(
    attachment_id: UUID, *, client: AuthenticatedClient
) -> Response[File | Problem | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(attachment_id))))


async def asyncio(attachment_id: UUID, *, client: AuthenticatedClient) -> File | Problem | ValidationProblem | None:
    """The bytes of an attachment.

    Returns:
        The file as it was uploaded.
    """
    return (await asyncio_detailed(attachment_id, client=client)).parsed
