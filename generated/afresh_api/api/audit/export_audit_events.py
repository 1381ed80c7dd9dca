# Written by scripts/generate from the description of the API: changes made here are lost.
"""Who did what, a line each.

Needs the scope `audit:read`, which ordinary users lack.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation, Streaming
from ...types import Response
from ...values import UNREADABLE, expect

if TYPE_CHECKING:
    from ...models.audit_event import AuditEvent
    from ...models.problem import Problem


def arguments() -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _headers: dict[str, str] = {"Accept": "application/x-ndjson"}

    return {"method": "GET", "url": "/audit/export", "headers": _headers}


def _parse(response: httpx.Response) -> str:
    return response.text


def _parse_error(response: httpx.Response) -> Problem | None:
    if response.status_code in {401, 403}:
        return models.Problem.from_dict(json_of(response))
    return None


OPERATION: Operation[str] = Operation(method="GET", path="/audit/export", parse=_parse, parse_error=_parse_error)


def _item(data: Any) -> AuditEvent:
    return models.AuditEvent.from_dict(data)


STREAMING: Streaming[AuditEvent] = Streaming(media_type="application/x-ndjson", framing="lines", parse=_item)


def _response(client: Client, response: httpx.Response) -> Response[Problem | str]:
    parsed: Problem | str | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 403}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: AuthenticatedClient) -> Response[Problem | str]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments())))


def sync(*, client: AuthenticatedClient) -> Problem | str | None:
    """Who did what, a line each.

    Needs the scope `audit:read`, which ordinary users lack.

    Returns:
        The events, newest first.
    """
    return sync_detailed(client=client).parsed


async def asyncio_detailed(*, client: AuthenticatedClient) -> Response[Problem | str]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments())))


async def asyncio(*, client: AuthenticatedClient) -> Problem | str | None:
    """Who did what, a line each.

    Needs the scope `audit:read`, which ordinary users lack.

    Returns:
        The events, newest first.
    """
    return (await asyncio_detailed(client=client)).parsed
