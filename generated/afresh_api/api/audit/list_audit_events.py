# Written by scripts/generate from the description of the API: changes made here are lost.
"""Who did what.

Needs the scope `audit:read`, which ordinary users lack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import expect, parsed_or_none

if TYPE_CHECKING:
    from ...models.audit_event import AuditEvent
    from ...models.problem import Problem


def arguments() -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {"method": "GET", "url": "/audit/events"}


def _parse(response: httpx.Response) -> list[AuditEvent]:
    return list(map(models.AuditEvent.from_dict, response.json()))


def _parse_error(response: httpx.Response) -> Problem | None:
    if response.status_code in {401, 403}:
        return models.Problem.from_dict(response.json())
    return None


OPERATION: Operation[list[AuditEvent]] = Operation(
    method="GET", path="/audit/events", parse=_parse, parse_error=_parse_error
)


def _response(client: Client, response: httpx.Response) -> Response[list[AuditEvent] | Problem]:
    parsed: list[AuditEvent] | Problem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 403}:
        parsed = parsed_or_none(_parse_error, response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: AuthenticatedClient) -> Response[list[AuditEvent] | Problem]:
    """As `sync`, but return the whole answer."""
    http = client.get_httpx_client()
    return _response(client, http.request(**client.request_arguments(arguments())))


def sync(*, client: AuthenticatedClient) -> list[AuditEvent] | Problem | None:
    """Who did what.

    Needs the scope `audit:read`, which ordinary users lack.

    Returns:
        The newest events first.
    """
    return sync_detailed(client=client).parsed


async def asyncio_detailed(*, client: AuthenticatedClient) -> Response[list[AuditEvent] | Problem]:
    """As `asyncio`, but return the whole answer."""
    http = client.get_async_httpx_client()
    return _response(client, await http.request(**client.request_arguments(arguments())))


async def asyncio(*, client: AuthenticatedClient) -> list[AuditEvent] | Problem | None:
    """Who did what.

    Needs the scope `audit:read`, which ordinary users lack.

    Returns:
        The newest events first.
    """
    return (await asyncio_detailed(client=client)).parsed
